"""Visits and scores of calls that are hard to capture: overflow, transfers between queues, pick-up, answers."""

from __future__ import annotations

import datetime as dt

import pytest

from callcenter.events import (
    AgentAnswered,
    BridgeEntered,
    BridgeLeft,
    Event,
    LegAnswered,
    LegEnded,
    LegStarted,
    QueueBegun,
    QueueDone,
    QueueExited,
    QueueJoined,
    QueueRefused,
    Transferred,
)
from callcenter.journey import CallRecord, Endpoints, Journey, scores
from schema.calls import SurveyAnswer
from tests.callcenter.captured_calls import read, records

BEGUN = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
SURVEYS = {"sales": "happy", "care": "happy"}


def at(seconds: float) -> dt.datetime:
    return BEGUN + dt.timedelta(seconds=seconds)


def line(seconds: int) -> dt.datetime:
    """A moment of queue_log."""
    return at(seconds)


def leg(
    uniqueid: str, channel: str, start: float, up: float, end: float, by: str | None = None
) -> list[Event]:
    return [
        LegStarted(at(start), "cel", uniqueid, "u1", channel, None, None, None),
        LegAnswered(at(up), "cel", uniqueid, "u1"),
        LegEnded(at(end), "cel", uniqueid, "u1", 16, by),
    ]


def stay(uniqueid: str, bridge: str, start: float, end: float) -> list[Event]:
    entered = BridgeEntered(at(start), "cel", uniqueid, "u1", bridge)
    return [entered, BridgeLeft(at(end), "cel", uniqueid, "u1", bridge)]


def run(uniqueid: str, start: float, end: float) -> list[Event]:
    return [QueueBegun(at(start), "cel", uniqueid, "u1"), QueueDone(at(end), "cel", uniqueid, "u1")]


def join(seconds: int, queue: str, uniqueid: str = "u1") -> Event:
    return QueueJoined(line(seconds), "queue_log", uniqueid, None, queue, 1)


def answer(seconds: int, queue: str, agent: str, agent_leg: str, uniqueid: str = "u1") -> Event:
    return AgentAnswered(line(seconds), "queue_log", uniqueid, None, queue, agent, agent_leg)


def leave(seconds: int, queue: str, reason: str) -> Event:
    return QueueExited(line(seconds), "queue_log", "u1", None, queue, reason)  # type: ignore[arg-type]


def only(events: list[Event]) -> CallRecord:
    [call] = records(events)
    return call


@pytest.mark.req("ACD-1")
def test_a_full_queue_and_the_next_one_within_a_second_are_two_visits() -> None:
    caller = leg("u1", "PJSIP/e1-1", 0.0, 0.1, 9.0, "PJSIP/e1-1")
    refused = [*run("u1", 2.20, 2.21), QueueRefused(line(2), "queue_log", "u1", None, "zeta", "full")]
    waited = [*run("u1", 2.30, 9.0), join(2, "alpha"), leave(9, "alpha", "abandoned")]
    visits = only(caller + waited + refused).visits
    assert [(v.queue, v.outcome, v.joined_at, v.wait_ms) for v in visits] == [
        ("zeta", "full", at(2.20), 10),
        ("alpha", "abandoned", at(2.30), 6700),
    ]


@pytest.mark.req("ACD-1")
def test_a_queue_begun_when_its_line_still_had_the_second_before_comes_after_the_one_that_refused() -> None:
    caller = leg("u1", "PJSIP/e1-1", 0.0, 0.1, 9.0, "PJSIP/e1-1")
    refused = [*run("u1", 2.95, 2.96), QueueRefused(at(2.97), "queue_log", "u1", None, "zeta", "nobody")]
    waited = [*run("u1", 3.002, 9.0), join(2, "alpha"), leave(9, "alpha", "abandoned")]
    visits = only(caller + waited + refused).visits
    assert [(v.queue, v.joined_at) for v in visits] == [("zeta", at(2.95)), ("alpha", at(3.002))]


SIX = [
    ("empty1", 2.70),
    ("empty2", 2.80),
    ("empty1", 2.90),
    ("empty2", 3.00),
    ("empty1", 3.10),
    ("alpha", 3.20),
]


@pytest.mark.req("ACD-1", "ACD-7")
def test_five_refusals_by_two_queues_within_a_second_and_a_third_that_lets_in_are_six_visits() -> None:
    caller = leg("u1", "PJSIP/e1-1", 0.0, 0.1, 9.0, "PJSIP/e1-1")
    runs = [event for _, begun in SIX[:5] for event in run("u1", begun, begun + 0.01)]
    lines = [
        QueueRefused(at(begun + 0.02), "queue_log", "u1", None, queue, "nobody") for queue, begun in SIX[:5]
    ]
    waited = [*run("u1", 3.20, 9.0), join(3, "alpha"), leave(9, "alpha", "abandoned")]
    visits = only([*caller, *runs, *lines, *waited]).visits
    assert [(v.queue, v.joined_at) for v in visits] == [(queue, at(begun)) for queue, begun in SIX]
    assert [v.wait_ms for v in visits] == [10] * 5 + [5800]
    assert [v.outcome for v in visits] == ["nobody"] * 5 + ["abandoned"]


def passed_to_another_queue() -> list[Event]:
    """1001 answers from sales and refers his side of the Local pair to care, where 1002 answers."""
    caller = leg("u1", "PJSIP/e1-1", 0, 0.1, 12, "dialplan/builtin") + stay("u1", "A", 2, 9) + run("u1", 1, 9)
    first = leg("l1", "Local/1001*seat8001@agents-0;1", 1, 2, 9) + stay("l1", "A", 2, 9)
    first += (
        leg("l2", "Local/1001*seat8001@agents-0;2", 1, 2, 9) + stay("l2", "B", 2, 4) + run("l2", 4.1, 8.9)
    )
    first += leg("a1", "PJSIP/seat8001-2", 1, 2, 4) + stay("a1", "B", 2, 4)
    second = (
        leg("m1", "Local/1002*seat8002@agents-1;1", 4.2, 6, 9) + stay("m1", "C", 6, 8) + stay("l2", "C", 6, 8)
    )
    second += leg("m2", "Local/1002*seat8002@agents-1;2", 4.2, 6, 9) + stay("m2", "D", 6, 8)
    second += leg("a2", "PJSIP/seat8002-3", 4.2, 6, 8) + stay("a2", "D", 6, 8)
    queues = [join(1, "sales"), answer(2, "sales", "1001", "l1"), join(4, "care", "l2")]
    queues += [answer(6, "care", "1002", "m1", "l2"), Transferred(at(4), "cel", "a1", "u1", "blind", "l2")]
    return caller + first + second + queues


@pytest.mark.req("SAT-1")
def test_after_a_transfer_to_another_queue_each_agent_has_his_own_visit_and_the_last_one_the_score() -> None:
    call = only(passed_to_another_queue())
    assert [(v.queue, v.agent, v.talk_ms, v.ended_by) for v in call.visits] == [
        ("sales", "1001", 2000, "transfer"),
        ("care", "1002", 2000, "agent"),
    ]
    given = SurveyAnswer(call_id="u1", survey="happy", at=at(10), outcome="scored", score=1, keys="1")
    rows = scores(call, SURVEYS, [given])
    assert [(row.outcome, row.reason, row.agent) for row in rows] == [
        ("not_offered", "transferred", "1001"),
        ("scored", None, "1002"),
    ]


@pytest.mark.req("ACD-1")
def test_who_picked_the_call_up_is_credited_not_whom_the_queue_names() -> None:
    caller = leg("u1", "PJSIP/e1-1", 0, 0.1, 6, "PJSIP/e1-1") + stay("u1", "A", 3, 6) + run("u1", 1, 6)
    pair = leg("l1", "Local/1001*seat8001@agents-0;1", 1, 3, 6) + stay("l1", "A", 3, 6)
    pair += leg("l2", "Local/1001*seat8001@agents-0;2", 1, 3, 6) + stay("l2", "B", 3, 6)
    rung = leg("a1", "PJSIP/seat8001-2", 1, 3, 3)
    picker = leg("p1", "PJSIP/seat8002-3", 2, 3, 6) + stay("p1", "B", 3, 6)
    house = Endpoints(
        {"e1"}, {"seat8001", "seat8002"}, agent_at=lambda seat, at: {"seat8002": "1002"}.get(seat)
    )
    journey = Journey()
    for event in [*caller, *pair, *rung, *picker, join(1, "sales"), answer(3, "sales", "1001", "l1")]:
        journey.add(event)
    call = journey.record(house)
    assert call is not None
    talked = {(leg.endpoint, leg.agent): leg.talk_ms for leg in call.legs if leg.kind in ("agent", "seat")}
    assert talked == {("seat8001", "1001"): 0, ("seat8002", "1002"): 3000}
    assert [(visit.agent, visit.talk_ms, visit.ended_by) for visit in call.visits] == [
        ("1002", 3000, "caller")
    ]


@pytest.mark.req("SAT-2")
@pytest.mark.parametrize("heard", ["scored", "no_answer", "wrong_key", "caller_hung_up"])
def test_what_the_survey_heard_is_the_score(heard: str) -> None:
    call = only(read("survey").ledger)
    heard_at = call.visits[0].left_at + dt.timedelta(seconds=1)  # type: ignore[operator]
    given = SurveyAnswer(call_id=call.call_id, survey="happy", at=heard_at, outcome=heard)
    [row] = scores(call, SURVEYS, [given])
    assert (row.outcome, row.reason, row.agent, row.at) == (heard, None, "1001", heard_at)


@pytest.mark.req("SAT-2")
@pytest.mark.parametrize(
    ("name", "outcome"),
    [("survey_left", ("caller_hung_up", None)), ("survey", ("not_offered", "survey_failed"))],
)
def test_a_question_begun_and_never_finished_was_left_by_the_caller_or_failed(
    name: str, outcome: tuple[str, str | None]
) -> None:
    call = only(read(name).ledger)
    begun = SurveyAnswer(call_id=call.call_id, survey="happy", at=call.visits[0].left_at, outcome="asked")
    [row] = scores(call, SURVEYS, [begun])
    assert (row.outcome, row.reason) == outcome


@pytest.mark.req("SAT-2")
def test_a_queue_without_a_survey_says_so() -> None:
    [row] = scores(only(read("survey").ledger), {})
    assert (row.outcome, row.reason, row.survey) == ("not_offered", "no_survey", None)
