"""The HTTP interface under fifty requests at once, and while Asterisk is frozen, gone and back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.e2e.faults import Faults
from tests.e2e.house import House
from tests.e2e.until import until

AT_ONCE = 50
SOON_SECONDS = 5.0
BACK_SECONDS = 20.0
ASKED = [
    ("GET", "/queues"),
    ("GET", "/calls?limit=500"),
    ("GET", "/agents"),
    ("POST", "/calls/nobody/transfer"),
]


def timed(house: House, method: str, path: str) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    answer = house.asks(method, path, {"number": "7752"} if method == "POST" else None)
    return answer, time.monotonic() - began


@pytest.mark.req("API-1")
def test_fifty_at_once_are_served_and_an_asterisk_that_is_away_is_told_within_five_seconds(
    idle_house: House, measured: Callable[[str, float], None]
) -> None:
    assert timed(idle_house, "GET", "/queues")[0].status_code == 200
    with ThreadPoolExecutor(AT_ONCE) as threads:
        asked = [ASKED[number % len(ASKED)] for number in range(AT_ONCE)]
        told = list(threads.map(lambda each: timed(idle_house, *each), asked))
        assert {answer.status_code for answer, _ in told} == {200, 404}
        measured("slowest of fifty at once", max(seconds for _, seconds in told))
        assert max(seconds for _, seconds in told) < SOON_SECONDS

        with Faults(idle_house) as faults:
            pid = idle_house.asterisk.pid
            assert pid is not None
            os.kill(pid, signal.SIGSTOP)
            try:
                frozen = list(threads.map(lambda _: timed(idle_house, "GET", "/queues"), range(AT_ONCE)))
            finally:
                os.kill(pid, signal.SIGCONT)
            refused(frozen, "no answer from Asterisk")
            measured("slowest while Asterisk is frozen", max(seconds for _, seconds in frozen))
            until(lambda: timed(idle_house, "GET", "/queues")[0].is_success, BACK_SECONDS, "Asterisk goes on")

            faults.bring("asterisk killed")
            gone = list(threads.map(lambda _: timed(idle_house, "GET", "/queues"), range(AT_ONCE)))
            refused(gone, "")
    until(lambda: timed(idle_house, "GET", "/queues")[0].is_success, BACK_SECONDS, "Asterisk is back")


def refused(told: list[tuple[httpx.Response, float]], words: str) -> None:
    """With 503, in time, and by words of what is away."""
    assert {answer.status_code for answer, _ in told} == {503}
    assert all(words in answer.json()["error"] and answer.headers["Retry-After"] for answer, _ in told)
    assert max(seconds for _, seconds in told) < SOON_SECONDS
