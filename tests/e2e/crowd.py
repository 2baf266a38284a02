"""Many calls at once over one queue, and the books they leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lab import sipp
from lab.scenario import Agent, Caller, Key, Login
from lab.sipp_events import EventKind
from lab.sipp_run import Address, Run
from schema.calls import Call, Leg, Recording, Score, Visit
from tests.e2e.house import House
from tests.e2e.telephony_site import CROWD, CROWD_LINE, seat_of
from tests.e2e.until import until

PHONES = Address("127.0.0.31", 32070)
TRUNK = Address("127.0.0.2")
NUMBER = "4009002000"
PLAYABLE = ("ready", "truncated")
CALLER_HZ, AGENT_HZ = 440, 950
LONGEST_SECONDS = 3600.0
"""Phones are switched off by who switched them on, and by then in any case; the longest load takes half of it."""
SETTLE_SECONDS = 60.0
SCORE_AGAIN_MS = 1500
"""The callers press 2 again and again: once while they are asked."""


class Phones:
    """The crowd's phones: one SIPp for all of them."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def folder(self) -> Path:
        """Where it keeps its files."""
        return self._run.folder

    def count(self, kind: EventKind) -> int:
        """How often this has happened at any of them."""
        return len(self._run.events(kind))


@contextmanager
def crowd(house: House, talk_seconds: float, rings_ms: int) -> Iterator[Phones]:
    """All agents of the crowd's queue at work."""
    seats = {agent: seat_of(agent) for agent in (f"4{number:03}" for number in range(1, CROWD + 1))}
    scenario = Agent(tone_hz=AGENT_HZ, rings_ms=rings_ms, talk_seconds=talk_seconds)
    with switch_on(house, scenario, PHONES, list(seats.values())) as run:
        house.seat_crowd(seats)
        until(partial(_all_can_be_rung, house), SETTLE_SECONDS, "all agents can be rung")
        yield Phones(run)
        house.unseat_crowd(seats)


def switch_on(house: House, scenario: Agent, at: Address, seats: Sequence[str]) -> Run:
    """One SIPp that is the phone of several seats, and answers when Asterisk asks whether it is there."""
    run = sipp.start(
        scenario,
        house.sip,
        house.sipp_logs,
        at=at,
        at_once=2 * len(seats),
        seconds=LONGEST_SECONDS,
        hears=False,
    )
    with ExitStack() as undo:
        undo.enter_context(run)
        logins = [Login(seat, house.secret(f"seat/{seat}")) for seat in seats]
        sipp.register_all(logins, house.sip, at=Address(at.ip), phone=run.at)
        undo.pop_all()
    return run


def _all_can_be_rung(house: House) -> bool:
    return house.asterisk.rx(f"queue show {CROWD_LINE}").count("(Not in use)") == CROWD


def dial_in(house: House, number: str, calls: int, rate: float) -> Run:
    """Begin to place so many calls from this number."""
    keys = tuple(Key("2", SCORE_AGAIN_MS) for _ in range(40))
    caller = Caller(dials=NUMBER, number=number, tone_hz=CALLER_HZ, keys=keys, patience_seconds=90)
    return sipp.start(
        caller,
        house.sip,
        house.sipp_logs,
        at=TRUNK,
        calls=calls,
        rate=rate,
        at_once=calls,
        seconds=180,
        hears=False,
    )


def call_in(house: House, number: str, calls: int, rate: float) -> None:
    """Place the calls and wait for their end; SIPp must have found nothing wrong with any."""
    with dial_in(house, number, calls, rate) as run:
        done = run.wait(180)
    assert (done.ok, done.failed) == (calls, 0), f"{done.causes} {done.errors}"


@dataclass(frozen=True)
class Books:
    """What four keepers of books say of the same calls."""

    calls: int
    closed: int
    ended_in_ledger: int
    served: int
    scores: int
    talks: int
    recordings: int
    files: int


def books(house: House, number: str) -> Books:
    """The books on the calls of this number."""
    calls = {call.call_id: call for call in house.rows(Call, caller=number)}
    mine = [row for row in house.rows(Recording) if row.call_id in calls and row.state in PLAYABLE]
    folder = house.app.settings.recordings
    return Books(
        calls=len(calls),
        closed=sum(call.state == "closed" for call in calls.values()),
        ended_in_ledger=sum(line["linkedid"] in calls for line in house.ledger(eventtype="LINKEDID_END")),
        served=sum(visit.call_id in calls for visit in house.rows(Visit, outcome="answered")),
        scores=sum(score.call_id in calls for score in house.rows(Score)),
        talks=sum(leg.call_id in calls and leg.talk_ms > 0 for leg in house.rows(Leg, kind="agent")),
        recordings=len(mine),
        files=sum((folder / row.path).is_file() for row in mine),
    )


def balanced(house: House, number: str, calls: int) -> Books:
    """The books once they all say ``calls``. AssertionError with the last books when they never do."""
    same = Books(*[calls] * len(Books.__dataclass_fields__))

    def look() -> Books | None:
        return found if (found := books(house, number)) == same else None

    try:
        return until(look, SETTLE_SECONDS, "balanced books") or same
    except AssertionError:
        raise AssertionError(f"books of {calls} calls: {books(house, number)}") from None
