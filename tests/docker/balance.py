"""Whether the books of some calls agree: rows, Asterisk's ledgers, files, and what SIPp counted."""

from __future__ import annotations

from typing import Any

WAV_HEADER_BYTES, STEREO_BYTES_A_SECOND = 44, 32_000
VOICE = 1000
"""Loudest samples beyond this are the tone of who speaks on that side."""


def check(books: dict[str, Any], served: dict[str, Any], static: dict[str, Any] | None = None) -> None:
    """``books`` as ``books.py`` prints them, the others as ``calls.py`` does. AssertionError says what differs."""
    callers = [*served["callers"], *(static["callers"] if static else [])]
    numbers = sorted(caller["number"] for caller in callers)
    assert [(caller["ok"], caller["failed"]) for caller in callers] == [(1, 0)] * len(callers), callers
    assert served["answered"] + (static["answered"] if static else 0) == len(callers)
    _check_rows(books, numbers)
    _check_ledgers(books, numbers)
    _check_files(books, len(numbers))
    scored = [answer for answer in books["answers"] if answer["outcome"] == "scored"]
    assert [answer["score"] for answer in scored] == [2] * len(served["callers"])
    assert books["channels"].startswith("0 active channels")


def _check_rows(books: dict[str, Any], numbers: list[str]) -> None:
    assert sorted(call["caller"] for call in books["calls"]) == numbers
    assert {(call["state"], call["trunk"], call["direction"]) for call in books["calls"]} == {
        ("closed", "e1", "inbound")
    }
    calls = sorted(call["call_id"] for call in books["calls"])
    answered = [
        visit for visit in books["visits"] if (visit["queue"], visit["outcome"]) == ("service", "answered")
    ]
    assert sorted(visit["call_id"] for visit in answered) == calls
    assert len(books["visits"]) == len(calls)


def _check_ledgers(books: dict[str, Any], numbers: list[str]) -> None:
    came_in = {
        line["linkedid"]: line["caller"]
        for line in books["ledger"]
        if line["eventtype"] == "CHAN_START" and line["context"] == "hotline_in"
    }
    assert sorted(came_in.values()) == numbers
    assert set(came_in) == {call["call_id"] for call in books["calls"]}
    ended = {line["linkedid"] for line in books["ledger"] if line["eventtype"] == "LINKEDID_END"}
    assert set(came_in) <= ended
    connected = [line[1] for line in books["queue_log"] if line[4] == "CONNECT"]
    assert sorted(connected) == sorted(came_in)


def _check_files(books: dict[str, Any], count: int) -> None:
    rows = {row["path"]: row for row in books["recordings"]}
    assert [row["state"] for row in books["recordings"]] == ["ready"] * count
    assert {row["call_id"] for row in books["recordings"]} == {call["call_id"] for call in books["calls"]}
    assert set(rows) == set(books["files"])
    assert books["parts"] == []
    for path, found in books["files"].items():
        assert found["bytes"] == rows[path]["bytes"]
        assert found["bytes"] == WAV_HEADER_BYTES + round(found["seconds"] * STEREO_BYTES_A_SECOND)
        assert abs(found["seconds"] - rows[path]["duration_ms"] / 1000) < 0.02
        assert len(found["loudest"]) == 2 and min(found["loudest"]) > VOICE, (path, found)
