"""A SIPp that is running or has run: its calls' events, what they heard, its count."""

from __future__ import annotations

import csv
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from callcenter.errors import HotlineError
from lab.media import Media
from lab.rtp import Ear
from lab.sipp_events import Diary, Event, EventKind


@dataclass(frozen=True)
class Address:
    """A SIP address and port; as one's own, port 0 means any free one."""

    ip: str = "127.0.0.1"
    port: int = 0


_STAMP = re.compile(r"\d{4}-\d\d-\d\d\t[\d:.]+\t[\d.]+: |The following events occurred:")
NO_CALLS_HANDLED = 99
SOME_FAILED = 1


@dataclass(frozen=True)
class Results:
    """SIPp's own count. ``causes`` has the failed calls by SIPp's name for what went wrong."""

    ok: int
    failed: int
    causes: Mapping[str, int]
    errors: str


class Run:
    """A SIPp that is running or has run; ``folder`` keeps its scenario, messages and errors.

    ``with`` stops it at the block's end; its events, figures and what it heard can still be asked for.
    """

    def __init__(self, folder: Path, at: Address, media: Media, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.at = at
        self._media = media
        self._process = process
        self._diary = Diary(media)
        self._stats = folder / "stats.csv"
        self._open = True

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_for(self, kind: EventKind, call: int = 1, seconds: float = 10.0) -> Event:
        """The event of that call, now or when it comes. Raises HotlineError when it does not come."""
        return self._diary.wait_for(kind, call, seconds, self.is_running)

    def events(self, kind: EventKind | None = None) -> list[Event]:
        """What has happened so far."""
        return self._diary.all(kind)

    def press(self, digits: str, call: int = 1) -> None:
        """Press keys on an answered call now, five a second."""
        self._media.press(call, digits)

    def ear(self, call: int = 1) -> Ear:
        """What an answered call has heard: its sound since the answer and the far end's keys."""
        return self._media.ear(call)

    def wait(self, seconds: float = 120.0) -> Results:
        """Wait until all calls are over. Raises HotlineError when SIPp itself failed or needs longer."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.stop(0.0)
            raise HotlineError(f"SIPp needed more than {seconds:g} s; see {self.folder}") from None
        self._close()
        if code not in (0, SOME_FAILED, NO_CALLS_HANDLED) or not self._stats.exists():
            raise HotlineError(
                f"SIPp ended with {code}; see {self.folder}:\n{errors(self.folder) or self._screen()}"
            )
        return self.results()

    def stop(self, seconds: float = 2.0) -> Results:
        """Take no more calls, let those that are up end for ``seconds``, then kill."""
        if self.is_running():
            self._process.send_signal(signal.SIGUSR1)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._close()
        return self.results()

    def results(self) -> Results:
        """The count so far, at most a second old while SIPp runs."""
        lines = self._stats.read_text().splitlines() if self._stats.exists() else []
        last = ([{}, *csv.DictReader(lines, delimiter=";")])[-1]
        failed = {name[:-3]: int(count) for name, count in last.items() if _is_failure(name) and int(count)}
        total = failed.pop("FailedCall", 0)
        return Results(int(last.get("SuccessfulCall(C)", 0)), total, failed, errors(self.folder))

    def _screen(self) -> str:
        return (self.folder / "screen.txt").read_text(errors="replace")[-1000:]

    def _close(self) -> None:
        if self._open:
            self._open = False
            self._media.close()


def _is_failure(name: str) -> bool:
    """Cumulative columns of SIPp's statistics: FailedCall(C) is their sum, the others say why."""
    return name.startswith("Failed") and name.endswith("(C)")


def errors(folder: Path) -> str:
    """What SIPp found wrong, newest last. Waits that ended as the scenario means them to are left out."""
    file = folder / "errors.txt"
    text = file.read_text(errors="replace")[-20000:] if file.exists() else ""
    found = [part.strip() for part in _STAMP.split(text)]
    return "\n".join(part for part in found if part and "jumping to label" not in part)
