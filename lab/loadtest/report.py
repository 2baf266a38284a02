"""The report: one HTML file with everything in it, in Chinese and English, and the same figures as JSON."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from ruamel.yaml import YAML

from lab.loadtest import measure
from lab.loadtest.books import Books
from lab.loadtest.charts import Line, chart, legend
from lab.loadtest.measure import Placed
from lab.loadtest.scenario import Scenario
from lab.loadtest.schedule import Schedule
from lab.loadtest.watch import Watched

HERE = Path(__file__).parent
PIECES = 40
"""Into how many pieces of time a chart divides the load, none shorter than a second."""
MOST_LATE_SECONDS = 0.1


@dataclass(frozen=True)
class Load:
    """One load that was played, with all that was found. Without ``books`` the target has its own."""

    name: str
    scenario: Scenario
    schedule: Schedule
    command: str
    target: str
    began: dt.datetime
    calls: Sequence[Placed]
    failures: dict[str, int]
    watched: Watched
    books: Books | None

    @property
    def is_right(self) -> bool:
        """No call failed, and all books that are known balance."""
        return not self.failures and (self.books is None or self.books.balanced)

    @property
    def seconds(self) -> float:
        """From the beginning to the last thing that happened."""
        return max([self.schedule.seconds, *(call.ended or 0.0 for call in self.calls)])

    @property
    def width(self) -> float:
        """Seconds in one piece of a chart."""
        return float(max(1, round(self.seconds / PIECES)))


def figures(load: Load) -> dict[str, Any]:
    """What programs want to know of it."""
    delays = {name: measure.percentiles(values) for name, values in _delays(load).items()}
    return {
        "load": load.name,
        "right": load.is_right,
        "calls": len(load.calls),
        "answered": sum(call.answered is not None for call in load.calls),
        "failures": load.failures,
        "most_at_once": _most(load),
        "most_a_second": _fastest(load),
        "delays": {name: {f"p{p}": round(v, 3) for p, v in each.items()} for name, each in delays.items()},
        "kinds": {name: list(row) for name, row in measure.by_kind(load.calls).items()},
        "books": load.books.entries if load.books else None,
        "processes": {
            name: {
                "cpu_cores_most": round(max((value for _, value in usage.cpu), default=0.0), 2),
                "memory_mb_most": round(max((value for _, value in usage.memory), default=0.0), 1),
            }
            for name, usage in load.watched.usage.items()
        },
        "tool_late_ms": round(load.watched.latest * 1000),
        "command": load.command,
    }


def page(load: Load, language: Literal["en", "zh"]) -> str:
    """The report as one HTML file."""
    words = YAML(typ="safe").load(HERE / "words.yaml")
    environment = Environment(
        loader=FileSystemLoader(HERE), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )
    return environment.get_template("report.html.j2").render(
        words=words, language=language, found=_found(load)
    )


def _found(load: Load) -> dict[str, Any]:
    titles = {kind.name: {"en": "", "zh": "", **kind.title} for kind in load.scenario.callers}
    delays = _delays(load)
    waits = measure.percentiles(delays["wait"])
    answers = measure.percentiles(delays["answer"])
    right = "good" if load.books else "unknown"
    return {
        "name": load.name,
        "title": {"en": "", "zh": "", **load.scenario.title},
        "schedule": load.schedule.name,
        "began": f"{load.began:%Y-%m-%d %H:%M} UTC",
        "target": load.target,
        "owned": load.books is not None,
        "verdict": right if load.is_right else "bad",
        "tiles": [
            ("calls", len(load.calls)),
            ("failed", sum(load.failures.values())),
            ("most", _most(load)),
            ("rate", f"{_fastest(load):.1f}"),
            ("answer_p99", f"{answers[99] * 1000:.0f} ms" if answers else "–"),
            ("wait_p95", f"{waits[95]:.1f} s" if waits else "–"),
        ],
        "charts": [(key, _picture(lines, load.seconds, unit)) for key, lines, unit in _charts(load)],
        "failures": load.failures,
        "most_failures": max(load.failures.values(), default=1),
        "delays": [(f"chart_{name}", _delay_row(values)) for name, values in delays.items()],
        "kinds": [(titles[name], row) for name, row in measure.by_kind(load.calls).items()],
        "books": load.books.entries if load.books else {},
        "command": load.command,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}",
        "late_ms": round(load.watched.latest * 1000),
    }


def _delays(load: Load) -> dict[str, list[float]]:
    return {
        "delay": [call.post_dial_delay for call in load.calls if call.post_dial_delay is not None],
        "answer": [call.answer for call in load.calls if call.answer is not None],
        "wait": [wait for _, wait in load.books.waits] if load.books else [],
    }


def _delay_row(values: Sequence[float]) -> dict[str, Any]:
    found = measure.percentiles(values)
    told = [f"{1000 * value:.0f} ms" if value < 1 else f"{value:.1f} s" for value in found.values()]
    return {"told": told or ["–"] * len(measure.PERCENTS), "measured": len(values)}


def _charts(load: Load) -> list[tuple[str, list[Line], str]]:
    calls, seconds, width = load.calls, load.seconds, load.width
    rates = {
        name: Line(name, measure.a_second((getattr(call, name) for call in calls), seconds, width))
        for name in ("dialled", "answered", "ended")
    }
    offered = Line("offered", [(at, load.schedule.rate(at)) for at in _ticks(load)], dashed=True)
    return [
        ("chart_rate", [*rates.values(), offered], "/s"),
        ("chart_at_once", [Line("callers", measure.at_once(calls, seconds))], ""),
        ("chart_delay", _spread(measure.delays(calls, lambda c: c.post_dial_delay), width, 1000), "ms"),
        ("chart_answer", _spread(measure.delays(calls, lambda c: c.answer), width, 1000), "ms"),
        ("chart_wait", _spread(load.books.waits if load.books else [], width, 1), "s"),
        ("chart_cpu", [Line(name, usage.cpu) for name, usage in load.watched.usage.items()], ""),
        ("chart_memory", [Line(name, usage.memory) for name, usage in load.watched.usage.items()], "MB"),
    ]


def _ticks(load: Load) -> list[float]:
    """A point at each second, and both sides of each edge of the schedule."""
    edges = [at + side for at, _ in load.schedule.points for side in (-0.001, 0.001)]
    return sorted({*map(float, range(int(load.schedule.seconds) + 1)), *(at for at in edges if at > 0)})


def _spread(measured: Sequence[tuple[float, float]], width: float, scale: float) -> list[Line]:
    return [
        Line(f"p{percent}", [(at, value * scale) for at, value in points])
        for percent, points in measure.over_time(measured, width).items()
    ]


def _picture(lines: Sequence[Line], seconds: float, unit: str) -> dict[str, Any]:
    return {"svg": chart(lines, seconds, unit), "legend": legend(lines)}


def _most(load: Load) -> int:
    return int(max((up for _, up in measure.at_once(load.calls, load.seconds)), default=0))


def _fastest(load: Load) -> float:
    """In any piece of the time."""
    rates = measure.a_second((call.dialled for call in load.calls), load.seconds, load.width)
    return max((rate for _, rate in rates), default=0.0)
