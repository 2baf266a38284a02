"""The captured calls: what they come to, and that no order, repeat or cut changes it."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.events import Event, Held, Unheld
from callcenter.journey import CallRecord
from tests.callcenter.captured_calls import HOUSE, NAMES, book_of, read, records
from tests.callcenter.expected_calls import EXPECTED
from tests.callcenter.told import told

pytestmark = [pytest.mark.req("REP-1")]
TENTH = 0.1
HELD = {"on_hold", "attended_transfer", "consulted_by_keys"}
case = st.sampled_from(NAMES)
captured = cache(read)


@cache
def final(name: str) -> tuple[CallRecord, ...]:
    both = captured(name)
    return tuple(records(both.ami + both.ledger))


def close(word: str, expected: str) -> bool:
    """Equal, or numbers a tenth apart at most."""
    try:
        return word == expected or abs(float(word) - float(expected)) <= TENTH + 1e-9
    except ValueError:
        return False


@pytest.mark.parametrize("name", NAMES)
def test_a_captured_call_comes_to_what_the_phones_did(name: str) -> None:
    found = [line for call in final(name) for line in told(call)]
    wanted = [line.split() for line in EXPECTED[name].strip().splitlines()]
    assert [len(line) for line in found] == [len(line) for line in wanted], found
    wrong = [pair for pair in zip(found, wanted, strict=True) if not all(map(close, *pair))]
    assert wrong == []


@given(case, st.data())
@settings(deadline=None)
def test_shuffled_and_repeated_events_come_to_the_same_record(name: str, data: st.DataObject) -> None:
    both = captured(name)
    events = both.ami + both.ledger
    again = data.draw(st.lists(st.sampled_from(events), max_size=20))
    assert records(data.draw(st.permutations(events + again))) == list(final(name))


def only_manager_knows(event: Event) -> bool:
    return isinstance(event, Held | Unheld)


def some_of(events: list[Event], data: st.DataObject) -> list[Event]:
    """Any part of the manager's events, its word on holds kept: no ledger tells of those."""
    kept = data.draw(st.lists(st.booleans(), min_size=len(events), max_size=len(events)))
    return [event for event, keep in zip(events, kept, strict=True) if keep or only_manager_knows(event)]


@given(case, st.data())
@settings(deadline=None)
def test_with_the_whole_ledger_any_part_of_the_managers_events_comes_to_the_same_record(
    name: str, data: st.DataObject
) -> None:
    both = captured(name)
    events = some_of(both.ami, data) + both.ledger
    assert records(data.draw(st.permutations(events))) == list(final(name))


@given(case, st.data())
@settings(deadline=None)
def test_the_managers_events_alone_come_to_one_record_in_any_order(name: str, data: st.DataObject) -> None:
    events = captured(name).ami
    assert records(data.draw(st.permutations(events + events[:5]))) == records(events)


@pytest.mark.parametrize("name", sorted(set(NAMES) - HELD))
def test_the_ledger_alone_is_enough_for_everything_but_holds(name: str) -> None:
    assert records(captured(name).ledger) == list(final(name))


@given(case, st.data())
@settings(deadline=None)
def test_a_record_half_way_never_fails_and_never_counts_backwards(name: str, data: st.DataObject) -> None:
    both = captured(name)
    events = data.draw(st.permutations(both.ami + both.ledger))
    book = book_of(events[: data.draw(st.integers(0, len(events)))])
    for call in (record for journey in book.open_calls() if (record := journey.record(HOUSE))):
        assert all(min(leg.ring_ms, leg.talk_ms, leg.hold_ms) >= 0 for leg in call.legs)
        assert all((visit.wait_ms or 0) >= 0 for visit in call.visits)


@pytest.mark.parametrize("name", ["attended_transfer", "consulted_by_keys"])
def test_what_the_caller_did_not_hear_of_a_consultation_is_known(name: str) -> None:
    [call] = final(name)
    legs = {leg.endpoint: leg for leg in call.legs if leg.talk_ms}
    [(begin, end)] = [piece for piece in legs["seat8003"].apart if piece[1] - piece[0] > 100]
    assert (begin, round(end / 1000)) == (0, 1)
    [agents] = [leg for leg in call.legs if leg.kind == "agent"]
    apart = [round((end - begin) / 1000) for begin, end in agents.apart if end - begin > 100]
    assert apart == ([1] if name == "consulted_by_keys" else [])
