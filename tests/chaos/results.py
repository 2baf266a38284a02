"""What each fault came to, kept in a file, and the page that is made of it: ``docs/chaos.md``."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
KEPT = FOLDER / "results.json"
PAGE = FOLDER.parents[1] / "docs/chaos.md"
HEAD = """# Faults, and what they came to

Written by `make chaos`; `CHAOS_SIZE=0.05 make chaos` is a small one, of minutes. Each row is a test in `tests/chaos`
that fails when its goal is missed. "lost": calls that a caller had and that have no closed row, no end in the ledger,
no agent, no recording or no file. "left": channels that are still up afterwards. "recovery": the longest time from a
fault until everything worked again; the goal is 30 s unless the row says otherwise.

Calls that the static menu served count as lost where FastAGI was not away and the clock was not set. The clock is
libfaketime's, read anew each time by Asterisk and all of Hotline, and not by telephones; set on,
it ends what phones have signed in for, and they sign in again at once here, in life within their time. Phones that
die are cases of `tests/e2e`; there are no webhooks, what leaves the house are mails.

What was seen besides: `apply` killed ×30 while other work held the machine (load average 250 on 4 cores) missed its
goal, 3 of 912 calls had no talk or no recording and the static menu served 4. After many calls the listener's memory
is level only behind the calls and names that it keeps (KEEP_CLOSED, KEEP_NAMES); a run behind fewer shows it growing.

| fault | goal | size | calls | lost | left | recovery, s | also seen | verdict |
| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | --- |
"""


@dataclass
class Row:
    """One fault. None: not a figure of this row."""

    fault: str
    goal: str
    size: str = ""
    calls: int | None = None
    lost: int | None = None
    left: int | None = None
    recovery: float | None = None
    also: dict[str, str] = field(default_factory=dict)
    met: bool = False

    def recovered(self, seconds: float) -> None:
        """Keep the longest."""
        self.recovery = max(self.recovery or 0.0, round(seconds, 1))


def keep(name: str, row: Row, file: Path = KEPT, page: Path = PAGE) -> None:
    """Put this row in the place of the one that was measured before, and write the page."""
    kept = json.loads(file.read_text("utf-8")) if file.exists() else {}
    machine = f"{os.cpu_count()} cores, Linux {platform.release()}"
    kept[name] = asdict(row) | {"machine": machine}
    file.write_text(json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False) + "\n", "utf-8")
    page.write_text(told(kept), "utf-8")


def told(kept: Mapping[str, Mapping[str, object]]) -> str:
    """The page."""
    lines = [_line(row) for _, row in sorted(kept.items())]
    machines = sorted({str(row["machine"]) for row in kept.values()})
    return HEAD + "\n".join(lines) + f"\n\nMeasured on: {'; '.join(machines)}.\n"


def _line(row: Mapping[str, object]) -> str:
    also = row["also"]
    seen = "; ".join(f"{name} {value}" for name, value in also.items()) if isinstance(also, dict) else ""
    figures = [row[name] for name in ("calls", "lost", "left", "recovery")]
    cells = [row["fault"], row["goal"], row["size"], *figures, seen, "met" if row["met"] else "**missed**"]
    return "| " + " | ".join("–" if cell is None else str(cell).replace("|", "/") for cell in cells) + " |"
