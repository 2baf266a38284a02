"""The tables of what the system bears, for ``bench.page``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Rows = list[tuple[object, ...]]
PROCESSES = ("asterisk", "agi", "ami", "worker")
EACH = ("Asterisk ms", "FastAGI ms", "listener ms", "worker ms")
FLAT, START_SECONDS, DELAY_MS = 0.1, 5.0, 200


def whole_calls(found: Mapping[str, Any]) -> Rows:
    """Both sides' highest rate, and a call's CPU."""
    head = (
        "",
        "highest calls a second",
        *EACH,
        "all ms",
        "of the dialplan's",
    )
    rows: Rows = [head]
    for side, rate in found["highest_rate"].items():
        cpu = found["cpu_ms"].get(side, {})
        each = [cpu.get(name, "") for name in PROCESSES]
        total = round(sum(value for value in each if value), 1)
        ratio = found["rate_ratio"] or "not known"
        by_rate = f"rate {ratio}, calls for the same CPU {found['cpu_ratio']}"
        least = "" if found["limit_found"][side] else "≥ "
        rows.append((side, f"{least}{rate:g}", *each, total, by_rate if side == "hotline" else "1"))
    rows.append(("aim", *[""] * 6, "≥ 0.8"))
    for side, steps in found["steps"].items():
        for step in steps:
            each = [step["cpu_ms"].get(name, "") for name in PROCESSES]
            rows.append((f"{side}, {step['rate']:g} a second", _outcome(step), *each, "", ""))
    rows.append((f"cores: {found['cores']}; {found['seconds']:g} s a rate", *[""] * 7))
    return rows


def _outcome(step: Mapping[str, Any]) -> str:
    failed = "; ".join(f"{name} {count}" for name, count in step["why"].items()) or "0 failed"
    return f"{failed} of {step['calls']}, {step['sound']:.1%} of the sound recorded"


def at_once(found: Mapping[str, Any]) -> Rows:
    """Each try of each side."""
    rows: Rows = [
        (
            "",
            "wanted",
            "there at once",
            "failed",
            "sound recorded",
            "cores: Asterisk, FastAGI, listener, worker",
            "holds",
        )
    ]
    for what in ("recorded", "menu"):
        for side, tries in found[what].items():
            for each in tries:
                sound = "" if each["sound"] is None else f"{each['sound']:.1%}"
                used = ", ".join(f"{each['cores'].get(name, 0.0):.2f}" for name in PROCESSES)
                counts = (each["wanted"], each["up"], each["failed"])
                rows.append((f"{what}, {side}", *counts, sound, used, _yes(each["holds"])))
    rows.append((f"cores: {found['cores']}", *[""] * 6))
    return rows


def growth(found: Mapping[str, Any]) -> Rows:
    """CPU a call by size, and how far the dearest is above the cheapest."""
    rows: Rows = [("", *EACH, "all ms", "against the first", "flat (± 10 %)")]
    for what in ("at once", "seats", "past calls"):
        sizes = found.get(what, {})
        first = next(iter(sizes.values()), {}).get("all")
        for size, cost in sizes.items():
            change = cost["all"] / first - 1
            each = [cost.get(name, "") for name in PROCESSES]
            rows.append((f"{what}: {size}", *each, cost["all"], f"{change:+.0%}", _yes(abs(change) <= FLAT)))
    return rows


def delay(found: Mapping[str, Any]) -> Rows:
    """Each rate on each database."""
    head = (
        "",
        "calls a second",
        "to the row, p50 / p99 ms",
        "end to the row, p50 / p99 ms",
        "not within 30 s",
    )
    rows: Rows = [(*head, "listener ms a call", f"p99 ≤ {DELAY_MS} ms")]
    for database, rates in found.items():
        for rate, each in rates.items():
            times = [
                f"{each[f'{name} p50 ms']} / {each[f'{name} p99 ms']}" for name in ("first event", "end")
            ]
            met = not each["never"] and max(each["first event p99 ms"], each["end p99 ms"]) <= DELAY_MS
            rows.append((database, rate, *times, each["never"], each["listener ms a call"], _yes(met)))
    return rows


def startup(found: Mapping[str, Any]) -> Rows:
    """Each start, and what it was made of."""
    rows: Rows = [
        ("", "first call answered, s", "by", "all at work, s", "made of, s", f"≤ {START_SECONDS:g} s")
    ]
    for number, start in enumerate(found["starts"], start=1):
        by = "the static menu" if start["static_menu"] else "its flow"
        made = ", ".join(f"{name} {seconds}" for name, seconds in start["phases"].items())
        met = start["seconds"] <= START_SECONDS
        rows.append((f"start {number}", start["seconds"], by, start["all_at_work"], made, _yes(met)))
    median = found["median_seconds"]
    rows.append(("median", median, "", found["median_all_at_work"], "", _yes(median <= START_SECONDS)))
    return rows


def _yes(true: bool) -> str:
    return "yes" if true else "no"
