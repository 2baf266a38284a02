"""The clock is set on and back during a load, and shows the nights in which summer time begins and ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from ruamel.yaml import YAML
from typing_extensions import override

from callcenter.errors import HotlineError
from lab import sipp
from lab.scenario import Caller, Login
from lab.sipp_run import Address
from schema.calls import Call, Leg, Recording, Step, Visit
from tests.chaos.clock import ClockHouse
from tests.chaos.conftest import whole
from tests.chaos.load import left, load, none_open, nothing_lost, reconcile, timed
from tests.chaos.results import Row
from tests.chaos.size import scaled
from tests.e2e.crowd import PHONES, TRUNK
from tests.e2e.telephony_site import CROWD, CROWD_LINE, TWIN, seat_of

RATE = 5.0
HOUR = dt.timedelta(hours=1)
LONGEST = 60_000
"""Milliseconds that no talk, no wait and no recording of these calls comes near to."""


NIGHTS = {
    "summer time begins": (dt.datetime(2027, 3, 28, 1, tzinfo=dt.UTC), True),
    "summer time ends, 02:00 comes again": (dt.datetime(2027, 10, 31, 1, tzinfo=dt.UTC), False),
    "summer time has ended, 03:00 comes": (dt.datetime(2027, 10, 31, 2, tzinfo=dt.UTC), True),
}
"""The moment, and whether the house closes at it: open is until 03:00."""


class NightHouse(ClockHouse):
    """One of its branches lies in Berlin, and is open until three in the nights that are looked at."""

    @override
    def load(self, text: str) -> None:
        found = YAML(typ="safe").load(text)
        calendar = next(one for one in found["calendars"] if one["name"] == "twin")
        days = sorted({f"{moment:%Y-%m-%d}" for moment, _ in NIGHTS.values()})
        nights = [{"first": day, "last": day, "title": "night", "hours": ["00:00-03:00"]} for day in days]
        calendar |= {"timezone": "Europe/Berlin", "week": {}, "exceptions": nights}
        out, writer = StringIO(), YAML()
        writer.representer.ignore_aliases = lambda _: True
        writer.dump(found, out)
        super().load(out.getvalue())


@pytest.fixture(scope="module")
def house() -> Iterator[ClockHouse]:
    """One whose clock can be set."""
    with whole(NightHouse) as found:
        yield found


@pytest.mark.usefixtures("phones")
@pytest.mark.parametrize(("words", "by"), [("on by 1 h", HOUR), ("back by 1 h", -HOUR)], ids=["on", "back"])
@pytest.mark.req("OPS-1", "REC-4")
def test_13_clock_set(quiet_house: ClockHouse, row: Callable[..., Row], words: str, by: dt.timedelta) -> None:
    """With calls in the menu, in the queue and talking. Registrations that end by it are made again by the phones."""
    calls = scaled(200, 60)
    mine = row(
        f"clock set {words} during a load",
        "0 lost, no time negative or an hour too long, no recording cut",
        f"{RATE:g}/s",
    )
    with load(quiet_house, calls, RATE) as placed:
        placed.reached(0.5)
        quiet_house.time.turn(by)
        mine.recovered(timed(lambda: sign_in_again(quiet_house), "the phones have signed in"))
        mine.recovered(timed(lambda: not unregistered(quiet_house), "no phone is away"))
        wrong = placed.over()
    reconcile(quiet_house, mine, placed, wrong)
    impossible = impossible_times(quiet_house, placed.number)
    mine.also["impossible times"] = str(len(impossible))
    mine.also["FastAGI ended by it"] = "no" if quiet_house.agi.is_running else "yes"
    nothing_lost(mine, fastagi_away=True)
    assert impossible == []
    assert quiet_house.agi.is_running, quiet_house.agi.log.read_text()[-2000:]


def sign_in_again(house: ClockHouse) -> bool:
    """As phones do, each within its time, until it is taken; Asterisk forgets who said an hour when that is over."""
    seats = [seat_of(f"4{number:03}") for number in range(1, CROWD + 1)]
    logins = [Login(seat, house.secret(f"seat/{seat}")) for seat in seats]
    try:
        sipp.register_all(logins, house.sip, at=Address(PHONES.ip), phone=PHONES)
    except HotlineError:
        return False
    return True


def unregistered(house: ClockHouse) -> int:
    """Agents whose phones Asterisk does not know."""
    return house.asterisk.rx(f"queue show {CROWD_LINE}").count("(Unavailable)")


def impossible_times(house: ClockHouse, number: str) -> list[str]:
    """What the rows say of these calls that can't have been."""
    rows = {call.call_id: call for call in house.rows(Call, caller=number)}
    found = [
        f"{call.call_id}: {times}"
        for call in rows.values()
        if (times := [at for at in (call.started_at, call.answered_at, call.ended_at) if at]) != sorted(times)
        or times[-1] - times[0] > dt.timedelta(milliseconds=LONGEST)
    ]
    lengths = [
        *((leg, leg.talk_ms) for leg in house.rows(Leg)),
        *((visit, visit.wait_ms) for visit in house.rows(Visit)),
        *((visit, visit.talk_ms) for visit in house.rows(Visit)),
        *((recording, recording.duration_ms) for recording in house.rows(Recording)),
    ]
    found += [
        f"{one.call_id}: {type(one).__name__} of {length} ms"
        for one, length in lengths
        if one.call_id in rows and not 0 <= (length or 0) <= LONGEST
    ]
    cut = house.rows(Recording, state="truncated")
    return found + [f"{one.call_id}: {one.reason}" for one in cut if one.call_id in rows]


BEFORE = dt.timedelta(seconds=10)
SHARP = dt.timedelta(seconds=1)
TALK_SECONDS = 4.0
NIGHT_RATE = 2.0


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.req("OPS-1")
def test_14_nights_of_summer_time(quiet_house: ClockHouse, row: Callable[..., Row], night: str) -> None:
    """Calls from ten seconds before until ten after: each is served by the hours of its own moment."""
    moment, closes = NIGHTS[night]
    calls = round(2 * BEFORE.total_seconds() * NIGHT_RATE)
    mine = row(f"the clock shows: {night}", "0 lost, hours right to the second", f"{NIGHT_RATE:g}/s")
    number = f"1380000{moment:%m%H}0"[:11]
    quiet_house.time.set(moment - BEFORE)
    caller = Caller(dials=TWIN, number=number, tone_hz=440, talk_seconds=TALK_SECONDS)
    with sipp.start(
        caller, quiet_house.sip, quiet_house.sipp_logs, at=TRUNK, calls=calls, rate=NIGHT_RATE, at_once=calls
    ) as run:
        done = run.wait(60)
    timed(none_open(quiet_house, number), "all calls are closed")
    rows = quiet_house.rows(Call, caller=number, state="closed")
    decided = {
        step.call_id: step for step in quiet_house.rows(Step, step="hours") if step.outcome != "entered"
    }
    told = [
        (decided[call.call_id].at, decided[call.call_id].outcome) for call in rows if call.call_id in decided
    ]
    mine.calls, mine.lost, mine.left = calls, max(calls - done.ok, calls - len(told)), left(quiet_house)
    before = sum(at < moment for at, _ in told)
    mine.also |= {"before the moment": str(before), "after it": str(len(told) - before)}
    nothing_lost(mine)
    assert 0 < before < calls
    assert {outcome == "open" for at, outcome in told if at < moment - SHARP} == {True}
    assert {outcome == "open" for at, outcome in told if at > moment + SHARP} == {not closes}
    assert impossible_times(quiet_house, number) == []
