"""The parts of a mixed day that need no call: its plan, the comparison of ways, the seconds of phones."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from callcenter.agents.times import Times
from lab.scenario import Caller
from lab.sipp_messages import Rung
from tests.e2e import site_day
from tests.e2e.day.agents_times import Seconds, Talked, by_phone, could_be, differences
from tests.e2e.day.kinds import KINDS
from tests.e2e.day.oracle import Way
from tests.e2e.day.phones import alike
from tests.e2e.day.plan import plan

AGENTS = ("4001", "4002", "4003")
BEGAN = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def test_a_seed_makes_the_same_day_again_and_another_seed_another() -> None:
    assert plan(1, 200, AGENTS) == plan(1, 200, AGENTS)
    assert [call.kind.name for call in plan(1, 200, AGENTS)] != [
        call.kind.name for call in plan(2, 200, AGENTS)
    ]


def test_every_kind_is_there_and_the_mix_is_by_weight() -> None:
    calls = plan(3, 20_000, AGENTS)
    found = Counter(call.kind for call in calls)
    assert found.keys() == set(KINDS)
    weights = sum(kind.weight for kind in KINDS)
    for kind, count in found.items():
        assert count / len(calls) == pytest.approx(kind.weight / weights, rel=0.25)
    assert {call.kind for call in plan(4, len(KINDS), AGENTS)} == set(KINDS)


def test_no_two_calls_are_taken_for_each_other_but_those_from_one_seat_to_another() -> None:
    calls = Counter((call.caller, call.dials) for call in plan(5, 3000, AGENTS))
    assert {key for key, count in calls.items() if count > 1} == {
        (site_day.CALLING, site_day.CALLED),
        (site_day.CALLING, site_day.FORWARDED),
    }


def test_only_a_caller_who_has_called_before_has_an_agent_to_be_remembered() -> None:
    for call in plan(6, 500, AGENTS):
        assert (call.remembered in AGENTS) is (call.kind.asks_for == "last_agent")


def test_no_callers_number_is_the_beginning_of_anothers() -> None:
    begins = [kind.callers for kind in KINDS]
    assert len(set(begins)) == len(KINDS)
    assert len({len(begin) for begin in begins}) == 1


def test_calls_that_one_sipp_can_place_are_one_run_each_with_its_own_keys() -> None:
    calls = plan(7, 300, AGENTS)
    runs = alike(calls)
    assert Counter(call for those in runs.values() for call in those) == Counter(calls)
    for same, those in runs.items():
        assert those == [call for call in calls if call in those]
        rows = [(one.dials, one.caller) for one in those]
        caller = Caller(dials="", calls=rows, keys_of=[one.kind.keys for one in those])
        speech = caller.speech()
        assert {(one.kind.trunk, one.kind.hangs_up, one.kind.refused_with) for one in those} == {
            (same.trunk, same.hangs_up, same.refused_with)
        }
        assert [len(speech.pressed(number + 1)) for number in range(len(those))] == [
            len(one.kind.keys) for one in those
        ]
        _, *written = caller.rows(range(30000, 30002)).splitlines()
        assert [tuple(row.split(";")[1:3]) for row in written] == rows


DONE = Way(("to care",), ("care play played", "care queue begun wait"), ("care answered",))


def test_a_way_is_right_when_it_is_the_same() -> None:
    assert DONE.is_right(DONE, leaves=False)
    assert not DONE.is_right(Way(("to menu",), DONE.steps, DONE.visits), leaves=False)
    assert not DONE.is_right(Way(DONE.decisions, DONE.steps[:1], DONE.visits), leaves=False)
    assert not DONE.is_right(Way(DONE.decisions, DONE.steps, ("care timeout",)), leaves=False)


def test_who_leaves_may_do_so_while_an_action_lasts_and_on_no_other_way() -> None:
    whole = Way(DONE.decisions, (*DONE.steps, "care queue done"), DONE.visits)
    assert whole.is_right(Way(DONE.decisions, DONE.steps, ("care abandoned",)), leaves=True)
    assert whole.is_right(DONE, leaves=True)
    assert not whole.is_right(Way(DONE.decisions, DONE.steps, ("stuck abandoned",)), leaves=True)
    assert not whole.is_right(Way(DONE.decisions, DONE.steps[:1], ()), leaves=True)
    assert not whole.is_right(Way(DONE.decisions, (), ()), leaves=True)
    assert not whole.is_right(
        Way(DONE.decisions, ("other queue begun wait",), ("care abandoned",)), leaves=True
    )


def rang(began: float, answered: float | None, ended: float, account: str = "t4001") -> Rung:
    """One call to a phone, in seconds."""
    at = [None if each is None else BEGAN + dt.timedelta(seconds=each) for each in (began, answered, ended)]
    return Rung(account, at[0] or BEGAN, *at[1:])


def test_a_phones_seconds_are_summed_by_what_it_did() -> None:
    rows = [rang(10, 11, 15), rang(0, 1, 4), rang(4.5, None, 7), rang(0, 3, 5, "t4002")]
    found = by_phone(rows, {"t4001": 2.0})
    assert found == {"t4001": Seconds(1 + 2.5 + 1, 3 + 4, 0.5 + 2, 3 + 4), "t4002": Seconds(3, 2, 0, 2)}


def test_who_says_how_long_they_talked_with_callers_is_believed() -> None:
    talked = [Talked("t4001", 2.5, joined=False), Talked("t4003", 1.0, joined=True)]
    found = by_phone([rang(0, 1, 4)], {"t4001": 2.0}, talked)
    assert found == {"t4001": Seconds(1, 3, 2, 2.5), "t4003": Seconds(credited=1.0, joined=1)}


def test_the_difference_is_hotlines_seconds_less_the_phones() -> None:
    kept = {"4001": Times("4001", ringing=2.0, talking=5.0, wrapup=1.0), "4002": Times("4002", ringing=1.0)}
    phones = {"4001": Seconds(1.5, 6.0, 1.0, 5.5), "4003": Seconds(credited=4.0, joined=2)}
    found = differences(phones, kept | {"4003": Times("4003")}, {"4001": 5.0, "4003": 4.5})
    assert found == {
        "4001": {"ringing": 0.5, "talking": -1.0, "wrapup": 0.0, "credited": -0.5, "joined": 0.0},
        "4002": {"ringing": 1.0, "talking": 0.0, "wrapup": 0.0, "credited": 0.0, "joined": 0.0},
        "4003": {"ringing": 0.0, "talking": 0.0, "wrapup": 0.0, "credited": 0.0, "joined": 0.25},
    }


def test_an_agent_is_free_or_busy_by_what_the_phone_did() -> None:
    calls = [rang(0, 1, 4), rang(10, None, 12)]

    def states(second: float) -> set[str]:
        at = BEGAN + dt.timedelta(seconds=second)
        return {state for state in ("free", "busy") if could_be(state, at, calls, wrapup=2.0)}

    assert states(2) == states(11) == {"busy"}
    assert states(0.2) == states(4.2) == states(6.9) == {"free", "busy"}
    assert states(8) == states(13) == {"free"}
