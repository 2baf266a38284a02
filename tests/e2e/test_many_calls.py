"""Two hundred calls at five a second, a burst at ten, a mixed day: nothing is left, lost, or recorded too much or
too little, and nobody goes anywhere but where the simulator says."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from callcenter.errors import HotlineError
from lab import audio
from schema.calls import Call, Leg, Recording
from tests.e2e.crowd import AGENT_HZ, CALLER_HZ, Phones, balanced, call_in, crowd, dial_in
from tests.e2e.day.agents_times import NEAR
from tests.e2e.day.books import unbalanced
from tests.e2e.day.play import play
from tests.e2e.house import House
from tests.e2e.lateness import NotServed, in_time
from tests.e2e.until import until

Tell = Callable[..., None]
MOST_MISSING_SECONDS = 0.06
TOO_LATE_SECONDS = MOST_MISSING_SECONDS / 2
"""A machine that is woken so much later can't measure that."""
MOST_HOLES = 0.01
"""The phones of these tests share one interpreter: now and then one of them is late with a packet."""
LEFT_OVER_SECONDS = 0.1


@dataclass(frozen=True)
class Heard:
    """One recording against the talk it is of, in seconds.

    ``whole``: nothing of the talk is missing by the file's length.
    ``missing``: how much later than the joining, or earlier than the parting, the agent's tone begins and ends.
    ``holes``: how much of it is not there in between. ``before``, ``after``: what the file holds before the
    agent's first and after their last tone. ``swapped``: tones on the wrong side.
    """

    whole: bool
    talk: float
    missing: float
    holes: float
    before: float
    after: float
    swapped: float


def hear(house: House, row: Recording, leg: Leg) -> Heard:
    """Listen to a recording."""
    caller, agent = audio.read_wav(house.app.settings.recordings / row.path).channels
    begin, end = audio.span(agent, AGENT_HZ) or (0.0, 0.0)
    whole = len(agent) / audio.RATE
    return Heard(
        whole=row.state == "ready",
        talk=leg.talk_ms / 1000,
        missing=leg.talk_ms / 1000 - (end - begin),
        holes=end - begin - audio.seconds_of(agent, AGENT_HZ),
        before=begin,
        after=whole - end,
        swapped=audio.seconds_of(caller, AGENT_HZ) + audio.seconds_of(agent, CALLER_HZ),
    )


def hear_all(house: House, number: str) -> list[Heard]:
    """Listen to the recordings of every call from this number."""
    calls = {call.call_id for call in house.rows(Call, caller=number)}
    legs = {leg.uniqueid: leg for leg in house.rows(Leg, kind="agent")}
    return [hear(house, row, legs[row.uniqueid]) for row in house.rows(Recording) if row.call_id in calls]


@contextmanager
def only_in_time() -> Iterator[None]:
    """What fails here fails by time alone: SIPp that came too late, or sound that did."""
    try:
        yield
    except (AssertionError, HotlineError) as error:
        raise NotServed(str(error)) from error


def p99(values: list[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(values, n=100, method="inclusive")[98]


def nothing_too_little_or_too_much(heard: list[Heard], measured: Tell) -> None:
    missing, after = p99([one.missing for one in heard]), max(one.after for one in heard)
    measured("p99 of the agent's sound missing", missing)
    measured("median of it", statistics.median(one.missing for one in heard))
    measured("most sound before the agent's", max(one.before for one in heard))
    measured("most sound after the agent's", after)
    holes = sum(one.holes for one in heard) / sum(one.talk for one in heard)
    measured("share of the agents' sound missing in between", 100 * holes, "%")
    assert all(one.whole for one in heard), "recordings are shorter than their talks"
    assert holes <= MOST_HOLES
    assert missing <= MOST_MISSING_SECONDS
    assert after <= LEFT_OVER_SECONDS, "something of the survey is in a recording"
    assert max(one.before for one in heard) <= LEFT_OVER_SECONDS, "something of the waiting is in a recording"
    assert max(one.swapped for one in heard) == 0.0, "caller and agent are mixed up"


@pytest.fixture(scope="module")
def phones(house: House) -> Iterator[Phones]:
    """Thirty agents who ring for 0.3 s and talk for 1.8 s."""
    with crowd(house, rings_ms=300, talk_seconds=1.8) as found:
        yield found


@pytest.mark.usefixtures("phones")
@pytest.mark.req("REC-1", "REC-4", "SAT-5")
def test_two_hundred_calls_at_five_a_second_balance(idle_house: House, measured: Tell) -> None:
    def day(tries: int) -> None:
        number = str(13800000200 + tries)
        with only_in_time():
            call_in(idle_house, number, calls=200, rate=5)
        balanced(idle_house, number, 200)
        idle_house.asterisk.wait_idle(10)
        with only_in_time():
            nothing_too_little_or_too_much(hear_all(idle_house, number), measured)

    in_time(day, TOO_LATE_SECONDS)


@pytest.mark.usefixtures("phones")
@pytest.mark.req("REC-1")
def test_at_ten_calls_a_second_no_first_word_is_lost(idle_house: House, measured: Tell) -> None:
    def burst(tries: int) -> None:
        number = str(13800000100 + tries)
        with only_in_time():
            call_in(idle_house, number, calls=100, rate=10)
        balanced(idle_house, number, 100)
        with only_in_time():
            nothing_too_little_or_too_much(hear_all(idle_house, number), measured)

    in_time(burst, TOO_LATE_SECONDS)


@pytest.mark.req("REC-1")
def test_a_listener_that_stalls_for_the_whole_ring_loses_nothing(
    idle_house: House, phones: Phones, measured: Tell
) -> None:
    def stall(tries: int) -> None:
        number = str(13800000005 + tries)
        rung, answered = phones.count("ringing"), phones.count("answered")
        with dial_in(idle_house, number, calls=5, rate=10) as calls:
            until(lambda: phones.count("ringing") > rung, 10, "a phone rings")
            idle_house.ami.freeze()
            try:
                until(lambda: phones.count("answered") == answered + 5, 20, "all are answered")
            finally:
                idle_house.ami.thaw()
            assert calls.wait(60).ok == 5
        balanced(idle_house, number, 5)
        with only_in_time():
            nothing_too_little_or_too_much(hear_all(idle_house, number), measured)

    in_time(stall, TOO_LATE_SECONDS)


@pytest.mark.req(
    "RT-1",
    "RT-2",
    "RT-3",
    "RT-4",
    "RT-5",
    "RT-7",
    "ACD-1",
    "ACD-5",
    "CALL-1",
    "CALL-2",
    "CALL-3",
    "CALL-7",
    "SAT-5",
)
def test_a_mixed_day_goes_where_the_simulator_says(idle_house: House, phones: Phones, measured: Tell) -> None:
    def day(tries: int) -> None:
        found = play(idle_house, phones, calls=70, rate=7, seed=1 + tries, settle_when_failed=False)
        if found.failed:
            raise NotServed("\n".join((*found.failed, *found.wrong)))
        assert not found.wrong, "\n".join(found.wrong)
        assert (unbalanced(found.books), found.channels) == ([], [])
        with only_in_time():
            for name, near in NEAR.items():
                most = max(abs(each[name]) for each in found.times.values())
                measured(f"the most that an agent's {name} differs by", most)
                assert most <= near, name

    in_time(day)
