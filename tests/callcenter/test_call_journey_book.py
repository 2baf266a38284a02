"""Which call an event belongs to, and what becomes of calls that are over."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import pytest

from callcenter.events import (
    BridgeEntered,
    BridgeLeft,
    Event,
    LegAnswered,
    LegEnded,
    LegStarted,
    LineTold,
    Transferred,
)
from callcenter.journey import JourneyBook, book, scores
from tests.callcenter.captured_calls import EVER, HOUSE, book_of, read, records

pytestmark = [pytest.mark.req("REP-1")]
BEGUN = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)


def at(seconds: float) -> dt.datetime:
    return BEGUN + dt.timedelta(seconds=seconds)


def leg(seconds: float, uniqueid: str, linkedid: str, channel: str) -> LegStarted:
    return LegStarted(at(seconds), "cel", uniqueid, linkedid, channel, "139", "4001", "hotline_in")


def ended(seconds: float, uniqueid: str, linkedid: str) -> LegEnded:
    return LegEnded(at(seconds), "cel", uniqueid, linkedid, 16, None)


def entered(seconds: float, uniqueid: str, linkedid: str, bridge: str) -> BridgeEntered:
    return BridgeEntered(at(seconds), "cel", uniqueid, linkedid, bridge)


CALLER = [leg(0, "u1", "u1", "PJSIP/e1-1"), ended(9, "u1", "u1")]
CONSULT = [leg(3, "u3", "u3", "PJSIP/seat8001-2"), ended(5, "u3", "u3")]


def calls(events: list[Event]) -> list[tuple[str, tuple[str, ...]]]:
    return [(call.call_id, call.aliases) for call in records(events)]


@pytest.mark.req("GW-2")
def test_what_an_analog_line_tells_late_is_the_calls_as_far_as_nothing_else_is_known() -> None:
    silent = LegStarted(at(0), "cel", "u1", "u1", "DAHDI/63-1", None, None, "hotline_in")
    told = LineTold(at(3), "cel", "u1", "u1", "02155550001", "02150001001")
    for began in (silent, CALLER[0]):
        for events in permutations([began, told, CALLER[1]]):
            [call] = records(list(events))
            known = ("02155550001", "02150001001") if began is silent else ("139", "4001")
            assert (call.caller, call.did) == known


def test_two_linkedids_are_two_calls() -> None:
    assert calls(CALLER + CONSULT) == [("u1", ()), ("u3", ())]


JOINED: dict[str, list[Event]] = {
    "a bridge both were in": [entered(1, "u1", "u1", "b1"), entered(4, "u3", "u3", "b1")],
    "a linkedid that changed": [LegAnswered(at(4), "cel", "u3", "u1")],
    "an attended transfer": [Transferred(at(4), "cel", "a1", "u1", "attended", "u1", "u3")],
}


@pytest.mark.parametrize("proof", JOINED)
def test_two_calls_become_one_in_whatever_order_the_proof_comes(proof: str) -> None:
    for events in permutations(CALLER + CONSULT + JOINED[proof]):
        assert calls(list(events)) == [("u1", ("u3",))]


def test_a_call_we_began_is_one_with_the_phone_it_rang() -> None:
    phone = leg(0, "ours-1", "ours-1", "PJSIP/seat8001-1")
    customer = leg(1, "u2", "ours-1", "PJSIP/e1-2")
    [call] = records([phone, customer, ended(5, "ours-1", "ours-1"), ended(5, "u2", "ours-1")])
    assert (call.call_id, call.direction, call.trunk) == ("ours-1", "outbound", "e1")


def test_a_taken_call_is_taken_once_and_again_when_a_late_event_changes_it() -> None:
    calls = book_of(CALLER)
    [first] = calls.take_closed(EVER)
    assert calls.take_closed(EVER) == []
    assert not calls.add(CALLER[0])
    assert calls.add(LegAnswered(at(1), "cel", "u1", "u1"))
    [again] = calls.take_closed(EVER)
    assert (first.answered_at, again.answered_at) == (None, at(1))


def test_a_call_is_taken_only_after_it_has_been_quiet() -> None:
    calls = book_of(CALLER)
    assert calls.take_closed(at(9)) == []
    assert len(calls.take_closed(at(9) + book.SETTLE)) == 1


def test_what_changed_is_told_once() -> None:
    calls = book_of(CALLER[:1])
    assert len(calls.dirty()) == 1
    assert calls.dirty() == []
    calls.add(CALLER[0])
    assert calls.dirty() == []


def test_memory_stays_bounded_and_stragglers_make_no_ghosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "KEEP_CLOSED", 10)
    calls = JourneyBook(HOUSE)
    for number in range(100):
        name = f"u{number}"
        calls.add(leg(number, name, name, f"PJSIP/e1-{number}"))
        calls.add(ended(number + 1, name, name))
        calls.take_closed(EVER)
    assert not calls.add(LegAnswered(at(1), "cel", "u5", "u5"))
    assert calls.stragglers == 1
    assert calls.open_calls() == []
    assert calls.add(LegAnswered(at(1), "cel", "u95", "u95"))


def test_a_call_whose_beginning_nobody_saw_is_forgotten_in_the_end() -> None:
    calls = book_of([LegAnswered(at(1), "cel", "u1", "u1")])
    assert calls.take_closed(at(1) + book.GIVE_UP / 2) == []
    assert len(calls.open_calls()) == 1
    assert calls.take_closed(at(1) + book.GIVE_UP) == []
    assert calls.open_calls() == []


def test_only_wires_are_no_call() -> None:
    assert records([leg(0, "u1", "u1", "Local/ann@inject-0;1"), ended(1, "u1", "u1")]) == []


def test_a_call_seen_late_by_the_manager_is_counted_once() -> None:
    events = read("survey")
    late = dt.timedelta(seconds=3)
    moved = [type(e)(**{**fields(e), "at": e.at + late}) for e in events.ami if isinstance(e, BridgeLeft)]
    assert records(moved + events.ledger) == records(events.ledger)


def fields(event: Event) -> dict[str, object]:
    return {
        name: getattr(event, name) for cls in type(event).__mro__ for name in getattr(cls, "__slots__", ())
    }


@pytest.mark.req("REC-1", "CALL-1")
def test_who_gets_a_customer_that_was_called_has_talked_with_them() -> None:
    """Talk is counted with the customer, once the agent who called them has left."""
    told = [
        leg(0, "u1", "u1", "PJSIP/seat8001-1"),
        leg(1, "u2", "u1", "PJSIP/e1-2"),
        LegAnswered(at(2), "cel", "u2", "u1"),
        *(entered(2, who, "u1", "b1") for who in ("u1", "u2")),
        *(BridgeLeft(at(4), "cel", who, "u1", "b1") for who in ("u1", "u2")),
        ended(4, "u1", "u1"),
        leg(5, "u3", "u1", "PJSIP/seat8002-3"),
        *(entered(6, who, "u1", "b2") for who in ("u2", "u3")),
        *(BridgeLeft(at(9), "cel", who, "u1", "b2") for who in ("u2", "u3")),
        *(ended(9, who, "u1") for who in ("u2", "u3")),
    ]
    [call] = records(told)
    assert {one.uniqueid: one.talk_ms for one in call.legs} == {"u1": 2000, "u2": 5000, "u3": 3000}
    assert scores(call, {"sales": "happy"}) == ()
