"""The tables of docs/benchmarks.md, from the JSON in ``bench/results``. What is written around them stays."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import limits_page

PAGE = Path(__file__).parents[1] / "docs/benchmarks.md"
PACKAGES = ("panoramisk", "pyst2", "uvloop", "greenlet", "SQLAlchemy")
Rows = list[tuple[object, ...]]


def machine() -> dict[str, Any]:
    """When and where: written beside each result."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="minutes"),
        "cpus": os.cpu_count(),
        "cpu": model[1] if model else platform.machine(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def simulator(found: Mapping[str, Any]) -> Rows:
    """Walks a second."""
    return [
        ("", "median", "best", "aim", "met"),
        *(
            (name, f"{each['median']:,}", f"{each['best']:,}", "20,000", _met(each["best"] >= 20_000))
            for name, each in found.items()
            if name != "facts_a_walk"
        ),
    ]


def ami_storm(found: Mapping[str, Any]) -> Rows:
    """Events a second of CPU."""
    filtered, link, storm = found["filter"], found["link"], found["storm"]
    aim = "300,000"
    return [
        ("", "events a second of CPU", "lost", "memory added, KiB", "aim", "met"),
        ("filter, median", f"{filtered['median']:,}", "", "", aim, _met(filtered["median"] >= 300_000)),
        (
            "filter, best",
            f"{filtered['events_per_cpu_second']:,}",
            "",
            "",
            aim,
            _met(filtered["events_per_cpu_second"] >= 300_000),
        ),
        (
            "filter and socket",
            f"{link['events_per_cpu_second']:,}",
            link["lost"],
            link["rss_growth_kib"],
            "",
            "",
        ),
        (
            "60,000 in 2 s",
            f"{storm['events_per_cpu_second']:,}",
            storm["lost"],
            storm["rss_growth_kib"],
            "none lost",
            _met(storm["lost"] == 0),
        ),
        ("panoramisk", f"{found['panoramisk']['events_per_cpu_second']:,}", "", "", "", ""),
    ]


def fastagi(found: Mapping[str, Any]) -> Rows:
    """Servers under the same load."""
    head = (
        "server",
        "µs CPU a session, median / best",
        "sessions a second, median / best",
        "turn p50 / p99, ms",
        "KiB a held call",
        "failed",
    )
    return [
        head,
        *(
            (
                name,
                f"{each['cpu_us_a_session']:.0f} / {each['least_cpu_us']:.0f}",
                f"{each['sessions_s']:,.0f} / {each['most_sessions_s']:,.0f}",
                f"{each['turn_p50_ms']:.2f} / {each['turn_p99_ms']:.2f}",
                f"{each['kib_a_held_call']:.1f}",
                f"{each['failed']:.0f}",
            )
            for name, each in found.items()
        ),
        ("aim", "≤ 200", "≥ 4,000", "", "≤ 30", "0"),
    ]


def real_call(found: Mapping[str, Any]) -> Rows:
    """The whole call by both ways."""
    head = (
        "",
        "Asterisk ms",
        "FastAGI ms",
        "answer p50 / p99, ms",
        "next prompt p50 / p99, ms",
        "failed",
        "ratio (aim ≤ 1.25)",
    )
    rows: Rows = [head]
    for name in ("dialplan", "hotline"):
        each = found[name]
        ratio = f"{found['ratio']:.2f} ({min(found['ratios']):.2f}–{max(found['ratios']):.2f})"
        rows.append(
            (
                name,
                f"{each['asterisk_ms']:.1f}",
                f"{each['agi_ms']:.1f}",
                f"{each['answer_p50_ms']:.0f} / {each['answer_p99_ms']:.0f}",
                f"{each['next_prompt_p50_ms']:.0f} / {each['next_prompt_p99_ms']:.0f}",
                f"{each['failed']:.0f} of {found['calls']}",
                ratio if name == "hotline" else "1",
            )
        )
    return rows


def routing(found: Mapping[str, Any]) -> Rows:
    """What a routing decision takes on each database."""
    rows: Rows = [("", "SQLite", "PostgreSQL", "aim", "met")]
    for name in found["SQLite"]:
        times = [found[engine][name] for engine in ("SQLite", "PostgreSQL")]
        aim = ("2", _met(max(times) <= 2)) if "p99" in name else ("", "")
        rows.append((name, *times, *aim))
    return rows


def day(found: Mapping[str, Any]) -> Rows:
    """A mixed day."""
    rows: Rows = [
        ("", "found", "aim", "met"),
        ("calls, at so many a second", f"{found['calls']:,} at {found['rate']:g}", "", ""),
        ("kinds of calls; agents", f"{len(found['kinds'])}; {found['agents']}", "", ""),
        *(
            (name, len(found[key]), "0", _met(not found[key]))
            for name, key in (
                ("went elsewhere than the simulator says", "wrong"),
                ("a phone found something wrong", "failed"),
                ("channels left", "channels"),
                ("books that differ", "unbalanced"),
            )
        ),
        *((name, " = ".join(map(str, values)), "", "") for name, values in found["books"].items()),
        *(
            (
                f"agents' {name}: the most that one differs from the phone, s",
                seconds,
                aim,
                _met(seconds <= aim),
            )
            for name, (seconds, aim) in found["times"].items()
        ),
        ("the machine was late by, at worst, s", found["late"], "", ""),
        ("Asterisk and the phones at real-time priority", "yes" if found["real_time"] else "no", "", ""),
    ]
    return rows


def plain(found: Mapping[str, Any]) -> Rows:
    """Names and values as they are, nested ones by their path."""
    rows: Rows = [("", "measured")]
    for name, value in found.items():
        if isinstance(value, Mapping):
            rows += [(f"{name}: {inner}", each) for inner, each in value.items()]
        else:
            rows.append((name, value))
    return rows


TABLES: dict[str, Callable[[Mapping[str, Any]], Rows]] = {
    "simulator": simulator,
    "day_short": day,
    "day_short_postgresql": day,
    "day": day,
    "day_postgresql": day,
    "routing": routing,
    "ami_storm": ami_storm,
    "fastagi": fastagi,
    "call_both_ways": real_call,
    "call_listening": real_call,
    "call_hurried": real_call,
    "whole_calls": limits_page.whole_calls,
    "at_once": limits_page.at_once,
    "growth": limits_page.growth,
    "growth_past": limits_page.growth,
    "delay": limits_page.delay,
    "startup": limits_page.startup,
}


def write(results: Path, commands: Mapping[str, str]) -> None:
    """The table of each of these measurements between its two marks in the page; the others are left alone."""
    text = PAGE.read_text("utf-8")
    for name, command in commands.items():
        result = json.loads((results / f"{name}.json").read_text("utf-8"))
        text = _put(text, name, _section(name, command, result))
    PAGE.write_text(text, "utf-8")


def _section(name: str, command: str, result: dict[str, Any]) -> str:
    found = result.pop("found")
    where = (
        f"`python -m {command}`, {result['at']}, {result['cpus']} × {result['cpu']}, load {result['load']}; "
    )
    where += ", ".join(f"{word} {result[word]}" for word in ("python", *PACKAGES))
    head, *rows = TABLES.get(name, plain)(found)
    lines = [_line(head), _line(["---"] * len(head)), *map(_line, rows)]
    return "\n".join([where, "", *lines])


def _line(cells: Any) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _put(text: str, name: str, section: str) -> str:
    begin, end = f"<!-- {name}: written by make bench -->", f"<!-- end of {name} -->"
    if begin not in text:
        text += f"\n{begin}\n{end}\n"
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n{section}\n{end}{rest.partition(end)[2]}"


def _met(yes: bool) -> str:
    return "yes" if yes else "no"
