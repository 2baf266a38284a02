"""A mixed day, played: callers of every kind at one rate, and what was found of it afterwards."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ami.bookkeeper import NOTED, SETTLED
from callcenter.agents.times import read_times
from lab.sipp_messages import Rung, messages, rung
from lab.sipp_run import Results
from schema.calls import Call
from tests.e2e import site_day
from tests.e2e.crowd import Phones
from tests.e2e.day.agents_times import Seconds, by_phone, could_be, differences
from tests.e2e.day.books import Books, books, credited, unbalanced
from tests.e2e.day.hands import hands
from tests.e2e.day.kept import Kept, Said, compare, kept
from tests.e2e.day.known import known_callers
from tests.e2e.day.oracle import Oracle
from tests.e2e.day.phones import dial_all, others
from tests.e2e.day.plan import Planned, by_kind, plan
from tests.e2e.house import House
from tests.e2e.site_day_hands import CUSTOMERS, LINES
from tests.e2e.telephony_site import CROWD, seat_of
from tests.e2e.until import until

AGENTS = tuple(f"4{number:03}" for number in range(1, CROWD + 1))
ALL_AGENTS = (
    *AGENTS,
    site_day.SILENT,
    *site_day.PASSERS,
    *(number for line in LINES for number in (line.agent, line.colleague)),
)
SEATS = {seat_of(agent): agent for agent in ALL_AGENTS}
SETTLE_SECONDS = 30.0
BOOKS_SECONDS = SETTLE_SECONDS + (SETTLED + NOTED).total_seconds()
"""Besides, the listener looks at a call's survey once more so long after its end."""


@dataclass
class Day:
    """What was found. ``failed`` and ``wrong`` have a text for each call; ``times`` is by agent and figure."""

    kinds: Mapping[str, int]
    seconds: float
    failed: Sequence[str]
    wrong: Sequence[str]
    books: Books
    times: Mapping[str, Mapping[str, float]]
    channels: Sequence[str]


def play(
    house: House, crowd: Phones, calls: int, rate: float, seed: int, *, settle_when_failed: bool = True
) -> Day:
    """Play the day of this seed and look at everything it left.

    ``settle_when_failed`` False: when phones did not get through what they had to do, what they left is told
    as it is at that moment.
    """
    every = plan(seed, calls, AGENTS)
    planned = by_kind(every)
    began, sessions = house.app.clock(), house.app.sessions(read_only=True)
    with known_callers(house, every), others(house) as there, hands(house) as handed:
        with sessions() as session:
            oracle = Oracle(house.app.site(), session, every, began)
            session.rollback()
            dialled = time.monotonic()
            results = dial_all(house, every, calls / rate)
            seconds = time.monotonic() - dialled
            settles = settle_when_failed or not [*_failed(results), *handed.failed]
            channels = _left(house)
            every = every + handed.dialled
            found, wrong = _settled(house, began, every, oracle, SETTLE_SECONDS if settles else 0.0)
        folders = (crowd.folder, *(run.folder for name, run in there.items() if name != CUSTOMERS))
        with sessions() as session:
            kept_times = read_times(session, ALL_AGENTS, (began, house.app.clock()))
    phones = [one for folder in folders for one in _rung(folder) if one.began_at >= began] + handed.rung
    wrapup = dict.fromkeys(SEATS, float(site_day.WRAPUP_SECONDS))
    worked = by_phone(phones, wrapup, handed.talked)
    return Day(
        kinds={kind.name: len(those) for kind, those in planned.items()},
        seconds=seconds,
        failed=[*_failed(results), *handed.failed],
        wrong=[*wrong, *_not_so(found.said, phones)],
        books=_balanced(
            lambda: books(house, planned, len(every), found, phones, handed.talked, SEATS),
            BOOKS_SECONDS if settles else 0.0,
        ),
        times=differences(
            {agent: worked.get(seat, Seconds()) for seat, agent in SEATS.items()},
            {each.agent: each for each in kept_times},
            credited(house, found),
        ),
        channels=channels,
    )


def _left(house: House) -> list[str]:
    """The channels that are still up a while after the last caller has gone."""
    with suppress(AssertionError):
        until(lambda: not house.asterisk.channels(), SETTLE_SECONDS, "no channel is up")
    return list(house.asterisk.channels())


def _settled(
    house: House, began: dt.datetime, planned: Sequence[Planned], oracle: Oracle, seconds: float
) -> tuple[Kept, list[str]]:
    """The ways once all are right, or as they are when they do not become so."""
    until(lambda: not house.rows(Call, state="open"), SETTLE_SECONDS, "all calls are closed")
    with suppress(AssertionError):
        until(lambda: not compare(planned, kept(house, began), oracle), seconds, "all ways are right")
    found = kept(house, began)
    return found, compare(planned, found, oracle)


def _balanced(read: Callable[[], Books], seconds: float) -> Books:
    """The books once they agree, or as they are when they do not come to."""
    with suppress(AssertionError):
        until(lambda: not unbalanced(read()), seconds, "the books balance")
    return read()


def _rung(folder: Path) -> list[Rung]:
    return rung(messages((folder / "messages.txt").read_text(errors="replace")))


def _not_so(said: Iterable[Said], phones: Sequence[Rung]) -> Iterator[str]:
    """An agent who was said to be free was in a call, or was in none when said to be busy."""
    for one in said:
        mine = [each for each in phones if SEATS.get(each.account) == one.agent]
        if not could_be(one.state, one.at, mine, site_day.WRAPUP_SECONDS):
            yield f"call {one.call_id}: by its phone agent {one.agent} was not {one.state} at {one.at}"


def _failed(results: Iterable[tuple[Sequence[Planned], Results]]) -> Iterator[str]:
    for calls, done in results:
        if (done.ok, done.failed) != (len(calls), 0):
            kinds = ", ".join(sorted({call.kind.name for call in calls}))
            yield f"{done.ok} of {len(calls)} {dict(done.causes)} of: {kinds} {done.errors[-2000:]}"
