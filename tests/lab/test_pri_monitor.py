"""QEMU's monitor as the boards' machine uses it, against a QEMU that says what a test wants."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from callcenter.errors import HotlineError
from lab.pri.monitor import Monitor

GREETING: dict[str, Any] = {"QMP": {"version": {}, "capabilities": []}}
DONE: dict[str, Any] = {"return": {}}


@contextmanager
def qemu(**answers: list[dict[str, Any]]) -> Iterator[Monitor]:
    """A monitor that has begun. ``answers``: what is said to each command, ``_`` for ``-``; others succeed."""
    monitor = Monitor()
    theirs = socket.socket(fileno=monitor.theirs.detach())
    told: Mapping[str, list[dict[str, Any]]] = {
        name.replace("_", "-"): said for name, said in answers.items()
    }

    def serve() -> None:
        with theirs, theirs.makefile("rw") as lines:
            _say(lines, GREETING)
            decoder, text = json.JSONDecoder(), ""
            while heard := theirs.recv(65536).decode():
                text += heard
                while text:
                    asked, end = decoder.raw_decode(text)
                    text = text[end:]
                    _say(lines, *told.get(asked["execute"], [DONE]))

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        monitor.begin()
        yield monitor
    finally:
        monitor.close()
        serving.join()


def _say(lines: Any, *messages: dict[str, Any]) -> None:
    for message in messages:
        lines.write(json.dumps(message) + "\r\n")
    lines.flush()


def migration(status: str) -> dict[str, Any]:
    return {"event": "MIGRATION", "data": {"status": status}}


def test_a_machine_that_runs_is_not_waited_for() -> None:
    with qemu(query_status=[{"return": {"running": True, "status": "running"}}]) as monitor:
        monitor.wait_until_it_runs()


def test_a_machine_that_is_still_read_is_waited_for() -> None:
    reading = {"return": {"running": False, "status": "inmigrate"}}
    with qemu(query_status=[reading, {"event": "RTC_CHANGE"}, {"event": "RESUME"}]) as monitor:
        monitor.wait_until_it_runs()


def test_a_machine_is_saved_when_all_of_it_is_written() -> None:
    with qemu(migrate=[migration("setup"), DONE, migration("active"), migration("completed")]) as monitor:
        monitor.save("cat > file")


def test_a_machine_that_can_not_be_saved_says_why() -> None:
    refusal = {"error": {"class": "GenericError", "desc": "a folder is mounted"}}
    with qemu(migrate=[refusal]) as monitor, pytest.raises(HotlineError, match="a folder is mounted"):
        monitor.save("cat > file")
    with qemu(migrate=[DONE, migration("failed")]) as monitor, pytest.raises(HotlineError, match="not save"):
        monitor.save("cat > /nowhere/file")
