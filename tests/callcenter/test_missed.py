"""The list of callers who spoke with nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from callcenter.calls import follow_ups
from callcenter.calls.missed import missed, of_call, open_missed
from callcenter.errors import NotFound
from schema.calls import Call, Leg, Visit

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def call(
    name: str, *visits: tuple[str, str | None], hours_ago: float = 1, direction: str = "inbound"
) -> list[Call | Visit]:
    at = NOON - dt.timedelta(hours=hours_ago)
    whole = Call(
        call_id=name,
        direction=direction,
        trunk="e1",
        did="4008001000",
        caller=f"139{name}",
        started_at=at,
        answered_at=at,
        ended_at=at,
        state="closed",
        ended_by="caller",
        cause=16,
    )
    stays = [
        Visit(call_id=name, number=number, queue=queue, joined_at=at, outcome=outcome, wait_ms=4200)
        for number, (queue, outcome) in enumerate(visits, 1)
    ]
    return [whole, *stays]


@pytest.mark.req("CALL-4")
def test_whoever_spoke_with_nobody_is_on_the_list_once_until_it_is_done(
    sessions: Callable[[], Session],
) -> None:
    with sessions() as session, session.begin():
        session.add_all(call("1", ("service", "timeout"), ("overflow", "abandoned"), hours_ago=2))
        session.add_all(call("2", ("service", "abandoned"), ("service", "answered")))
        session.add_all(call("3", ("service", "key")))
        session.add_all(call("4", ("service", "full")))
        session.add_all(call("5", ("service", "abandoned"), hours_ago=24 * 8))
        session.flush()
        assert (open_missed(session, NOON), open_missed(session, NOON)) == (2, 0)
        found = missed(session, ("open", "taken"), 10)
        assert [(task.call_id, task.queue, task.number) for task in found] == [
            ("1", "overflow", "1391"),
            ("4", "service", "1394"),
        ]
        assert found[0].detail == "abandoned, waited 4 s"
        follow_ups.take(session, of_call(session, "1").id, "1001", NOON)
        follow_ups.finish(session, of_call(session, "1").id, "solved", NOON)
        assert open_missed(session, NOON) == 0
        assert [task.call_id for task in missed(session, ("open", "taken"), 10)] == ["4"]
        with pytest.raises(NotFound):
            of_call(session, "2")


@pytest.mark.req("ACD-3", "CALL-4")
def test_a_customer_who_was_called_back_and_gave_up_waiting_is_missed_and_a_seat_who_rang_a_queue_is_not(
    sessions: Callable[[], Session],
) -> None:
    with sessions() as session, session.begin():
        session.add_all(call("hotline-back-7-1", ("service", "abandoned"), direction="outbound"))
        session.add_all(call("8", ("service", "abandoned"), direction="outbound"))
        session.flush()
        assert open_missed(session, NOON) == 1
        assert of_call(session, "hotline-back-7-1").queue == "service"


def leg(call_id: str, number: int, kind: str, endpoint: str, agent: str | None, **more: int) -> Leg:
    at = NOON - dt.timedelta(minutes=60 - number)
    who = {"kind": kind, "endpoint": endpoint, "agent": agent, "channel": f"PJSIP/{endpoint}-{number}"}
    times = {"ring_ms": 0, "talk_ms": 0, "hold_ms": 0, "started_at": at}
    return Leg(call_id=call_id, uniqueid=f"{call_id}.{number}", **{**who, **times, **more})


@pytest.mark.req("CALL-4")
def test_a_phone_that_rang_in_vain_without_a_queue_is_a_missed_call_of_its_own_kind(
    sessions: Callable[[], Session],
) -> None:
    with sessions() as session, session.begin():
        for name in ("1", "2", "3", "4"):
            session.add_all(call(name, *[("service", "timeout")] * (name == "3"), hours_ago=5 - int(name)))
            session.add(leg(name, 1, "caller", "e1", None))
        session.add_all(
            [leg("1", 2, "seat", "s8003", None), leg("1", 3, "seat", "s8001", "1001", ring_ms=9000)]
        )
        session.add(leg("2", 2, "seat", "s8001", "1001", talk_ms=1000))
        session.add(leg("3", 2, "agent", "s8001", "1001", ring_ms=9000))
        session.flush()
        assert (open_missed(session, NOON), open_missed(session, NOON)) == (2, 0)
        found = missed(session, ("open",), 10)
        assert [(task.call_id, task.kind, task.agent, task.detail) for task in found] == [
            ("1", "missed_call", "1001", "1001 rang 9 s"),
            ("3", "abandoned", None, "timeout, waited 4 s"),
        ]
