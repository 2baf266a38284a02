"""Real calls over analog lines: kewlstart signalling, tones and keys between our rendered files and a plain exchange.

They share lines and the agent, and go in the order they stand in. Those that come in go on at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from schema.calls import Leg, Step, Visit
from tests.e2e.until import until
from tests.pri.looking import OUT, call_of, phone, told, told_by_exchange
from tests.pri.manager import Call
from tests.pri.rig import Rig
from tests.pri.spans import far

pytestmark = pytest.mark.req("GW-2")

LINE, QUIET_LINE, _, _, DIALS = range(far(3), far(3) + 5)
"""What is at the far ends of our channels; the third is called, and then comes the telephone that rings."""
NUMBER, QUIET_NUMBER = "02150001001", "02150001002"


@dataclass(frozen=True)
class Calls:
    """All go on at once; ``since`` and ``since_town``: how many events the exchanges had told before."""

    known: Call
    quiet: Call
    inside: Call
    out: Call
    since: int
    since_town: int


@pytest.fixture(scope="module")
def calls(rig: Rig) -> Iterator[Calls]:
    """Two come in, a telephone dials another one, and a seat calls out. Agent 1001 is at that seat, s8001.

    The first is alone while its number is sent: a machine that has too much to do loses some of the tones. The last
    begins when the agent is in a call, who would not be rung else.
    """
    phone(rig)
    rig.run("agents", "login", "1001", "--seat", "s8001")
    since, since_town = len(rig.exchange.events), len(rig.town.events)
    known = rig.exchange.call(f"DAHDI/{LINE}", "caller", "short", shown="02155550001", KEYS="1")
    known.told("Up")
    quiet = rig.exchange.call(f"DAHDI/{QUIET_LINE}", "caller", "gone", shown="02155550002")
    inside = rig.exchange.call(f"DAHDI/{DIALS}/8191", "phone", "dialled")
    told(rig, "Answered", since_town)
    out = rig.town.call(OUT.format("0955"), "phone", "dialled")
    yield Calls(known, quiet, inside, out, since, since_town)
    rig.run("agents", "logout", "1001")


def test_a_line_brings_the_callers_number_and_its_own_and_keys_lead_to_the_agent(
    rig: Rig, calls: Calls
) -> None:
    """The number comes as FSK between the first ring and the second."""
    assert told(rig, "Answered", calls.since_town)["Shown"] == "02155550001"
    assert told(rig, "Heard", calls.since_town, Who="agent")["Keys"] == "4"
    assert calls.known.heard("caller") == "5"
    found = call_of(rig, "02155550001")
    assert (found.trunk, found.did, found.direction) == ("line", NUMBER, "inbound")
    [menu] = until(lambda: rig.rows(Step, call_id=found.call_id, keys="1"), 30, "the step of key 1")
    assert menu.flow == "main"
    visits = rig.rows(Visit, call_id=found.call_id)
    assert [(visit.queue, visit.agent) for visit in visits] == [("desk", "1001")]


def test_an_exchange_that_takes_its_current_away_has_hung_up(rig: Rig, calls: Calls) -> None:
    call_of(rig, "02155550001", ended_by="caller")
    assert {line["in_use"] for line in rig.told("boards") if line["trunk"] == "line"} == {0}


def test_a_telephone_dials_another_one_that_rings_and_both_hear_keys(rig: Rig, calls: Calls) -> None:
    """The one that rings is shown who calls, by FSK too."""
    assert told_by_exchange(rig, "Answered", calls.since)["Shown"] == "8192"
    assert calls.inside.heard("seat") == "5"
    assert told_by_exchange(rig, "Heard", calls.since, Who="agent")["Keys"] == "8"
    calls.inside.ended()
    found = call_of(rig, "8192")
    assert (found.did, found.direction, found.trunk) == ("8191", "inside", None)


def test_a_seat_calls_out_over_the_routes_line_by_keys(rig: Rig, calls: Calls) -> None:
    assert told_by_exchange(rig, "Arrived", calls.since)["Number"] == "0955"
    assert calls.out.heard("seat") == "7"
    assert told_by_exchange(rig, "Heard", calls.since, Who="far")["Keys"] == "8"
    calls.out.ended()
    found = call_of(rig, "8001", trunk="out_line")
    [leg] = rig.rows(Leg, call_id=found.call_id, kind="outside")
    assert leg.answered_at is not None


def test_chinas_busy_tone_ends_the_call_and_frees_the_line(rig: Rig, calls: Calls) -> None:
    """The exchange goes on with its tone until our end hangs up; the ledger tells who did."""
    calls.quiet.ended(120)
    assert call_of(rig, None, did=QUIET_NUMBER, ended_by="caller").trunk == "quiet"
    assert {line["in_use"] for line in rig.told("boards") if line["trunk"] == "quiet"} == {0}
