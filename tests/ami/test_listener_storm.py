"""A storm of events keeps nobody waiting, and what finds no room is told of."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ami import listener as listening
from ami.protocol import Message
from schema.calls import Gap
from tests.ami.following import LATER, Following, messages, tables
from tests.ami.ledgers import Ledgers, copy_of
from tests.callcenter.captured_calls import FOLDER
from tests.databases import Sessions


def storm(count: int) -> list[Message]:
    """Manager events of so many calls as they come, about 24 each."""
    return [m for number in range(1, count + 1) for m in messages(copy_of("survey", number, "ami.txt"))]


def served() -> float:
    """Seconds gone by, without those in which this thread could have run and other programs had its core."""
    _, waited, _ = Path("/proc/thread-self/schedstat").read_text().split()
    return time.monotonic() - int(waited) / 1e9


def longest_stall(work: Callable[[], Any]) -> float:
    """The longest time in seconds that the loop did not turn while ``work``, a coroutine's maker, went on.

    Blocking counts as much as working does; what the loop's thread waited for a core does not.
    """

    async def measure() -> float:
        task, longest = asyncio.ensure_future(work()), 0.0
        while not task.done():
            began = served()
            await asyncio.sleep(0)
            longest = max(longest, served() - began)
        await task
        return longest

    return asyncio.run(measure())


@pytest.mark.slow
def test_a_storm_of_events_never_keeps_the_managers_reader_waiting(
    sessions: Sessions, ledgers: Ledgers
) -> None:
    following = Following(sessions, ledgers)
    heard = list(itertools.islice(itertools.cycle(storm(1000)), 60_000))
    for message in heard:
        following.listener.hear(message)
    for number in range(1, 301):
        ledgers.write("abandoned", number)
    assert longest_stall(following.a_round) < 0.5


def test_a_loop_that_is_blocked_without_working_is_seen_to_stall() -> None:
    async def block() -> None:
        time.sleep(0.6)  # noqa: ASYNC251 - what the storm's test must notice

    assert longest_stall(block) > 0.5


def test_events_that_find_no_room_are_counted_as_a_gap(
    sessions: Sessions, ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "INBOX", 100)
    following = Following(sessions, ledgers)
    following.hear((FOLDER / "survey" / "ami.txt").read_bytes() * 10)
    following.round()
    with sessions() as session:
        [gap] = session.scalars(select(Gap))
    assert gap.source == "ami"
    assert gap.found["events"] > 100


@pytest.mark.slow
def test_whoever_waits_until_all_is_booked_sees_it_booked(sessions: Sessions, ledgers: Ledgers) -> None:
    """A resync may not call a channel gone whose end stands in a ledger that is still being read."""
    for number in range(1, 301):  # more lines than are read in one turn
        ledgers.write("survey", number)
    following = Following(sessions, ledgers, LATER)

    async def wait() -> set[str]:
        stop = asyncio.Event()
        running = asyncio.create_task(following.listener.run(stop))
        await following.listener.caught_up()
        up = {name for call in following.listener.book.open_calls() for name in call.legs_up}
        stop.set()
        await running
        return up

    assert asyncio.run(wait()) == set()
    assert len(tables(sessions)["calls"]) == 300
