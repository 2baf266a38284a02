"""What FastAGI leaves to the dialplan for a number dialled at a seat, whatever the database does."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from callcenter.routing.desks import change
from callcenter.routing.number_plan import NumberPlan
from callcenter.site.boards import AnalogBoard, Telephone
from callcenter.site.edge import Seat
from callcenter.site.service import Agent
from schema.agents import PinTries
from schema.calls import AgentLogin
from schema.session import session_factory
from tests.agi.flows import AT, House, publish
from tests.agi.inside_calls import dial
from tests.callcenter.flow_sites import QUEUE, flow, site

SITE = site(flow({"start": QUEUE})).model_copy(
    update={
        "seats": [Seat(name=f"s{number}", number=number, title="x") for number in ("8001", "8002")],
        "agents": [Agent(number="1001", title="x")],
        "boards": [AnalogBoard(kind="analog", name="fxs", channels=[Telephone(kind="fxs", number="8191")])],
    }
)
PLAN = NumberPlan.of(SITE)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    publish(house.etc, 7, SITE)
    return house


@pytest.mark.req("CALL-7", "RT-7")
def test_a_seats_number_rings_and_the_reason_is_told(house: House, database: Engine) -> None:
    left = dial(house, "8002", session_factory(database))
    assert (left["HL_NEXT"], left["HL_TARGET"], left["HL_DONE"]) == ("dial", "PJSIP/s8002", "1")
    [decision] = house.facts("decision")
    assert decision["reasons"] == ["8002 is seat s8002"]


@pytest.mark.req("CALL-7")
def test_settings_and_log_ins_are_read_from_the_database(house: House, database: Engine) -> None:
    sessions = session_factory(database)
    with sessions.begin() as session:
        session.add(AgentLogin(agent="1001", seat="s8001", began_at=AT, ended_at=None, paused_reason=None))
    assert dial(house, "1001", sessions)["HL_TARGET"] == "PJSIP/s8001"
    with sessions.begin() as session:
        change(session, PLAN, "8001", "test", lambda: AT, always="8002")
    assert dial(house, "8001", sessions)["HL_TARGET"] == "PJSIP/s8002"
    with sessions.begin() as session:
        change(session, PLAN, "8001", "test", lambda: AT, always=None)
    assert dial(house, "8001", sessions)["HL_TARGET"] == "PJSIP/s8001"


@pytest.mark.req("CALL-7")
def test_what_rings_at_a_seat_or_an_agent_is_picked_up(house: House, database: Engine) -> None:
    sessions = session_factory(database)
    with sessions.begin() as session:
        session.add(AgentLogin(agent="1001", seat="s8001", began_at=AT, ended_at=None, paused_reason=None))
    for number in ("8001", "1001"):
        left = dial(house, f"*8*{number}", sessions)
        assert (left["HL_NEXT"], left["HL_TARGET"]) == ("pickup", "PJSIP/s8001")
    assert dial(house, "*8*8191", sessions)["HL_TARGET"] == "DAHDI/1"
    assert dial(house, "*8*9999", sessions)["HL_NEXT"] == "hangup"


@pytest.mark.req("GW-2")
@pytest.mark.parametrize(("channel", "asked"), [("PJSIP/s8002-00000001", 1), ("DAHDI/1-1", 0)])
def test_agents_log_in_at_seats_only(house: House, database: Engine, channel: str, asked: int) -> None:
    """At a telephone on a board they are not even asked for the PIN, of which a wrong one is counted."""
    sessions = session_factory(database)
    dial(house, "*111001", sessions, channel, keys=("4711",))
    with sessions() as session:
        assert len(session.scalars(select(PinTries)).all()) == asked


@pytest.mark.req("RT-4")
def test_a_flows_step_is_told_what_became_of_it(house: House, database: Engine) -> None:
    left = dial(house, "8001", session_factory(database), channel="PJSIP/e1-00000001", ring="12")
    assert (left["HL_NEXT"], left["HL_TARGET"], left["HL_SECONDS"]) == ("dial", "PJSIP/s8001", "12")
    away = dial(house, "1001", session_factory(database), channel="PJSIP/e1-00000001", ring="12")
    assert (away["HL_NEXT"], away["HL_TARGET"]) == ("back", "LOGGEDOFF")


@pytest.mark.req("CALL-7")
def test_who_sits_where_is_found_while_another_program_writes(house: House, database: Engine) -> None:
    sessions = session_factory(database)
    sitting = {"agent": "1001", "seat": "s8001", "began_at": AT, "ended_at": None, "paused_reason": None}
    with sessions.begin() as session:
        session.add(AgentLogin(**sitting))
    with sessions.begin() as session:
        session.add(AgentLogin(**sitting | {"agent": "1002", "seat": "s8002"}))
        session.flush()
        assert dial(house, "1001", sessions)["HL_TARGET"] == "PJSIP/s8001"


def test_without_a_database_seats_still_ring(house: House) -> None:
    assert dial(house, "8001", None)["HL_TARGET"] == "PJSIP/s8001"
    assert dial(house, "1001", None)["HL_NEXT"] == "refuse"


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize("dialled", ["*78", "*728002", "0085212345678"])
def test_a_trunks_channel_has_neither_features_nor_lines(house: House, dialled: str) -> None:
    assert dial(house, dialled, None, channel="PJSIP/e1-00000001")["HL_NEXT"] == "refuse"


@pytest.mark.req("REC-1")
def test_the_legs_of_the_agents_in_a_call_without_a_queue_are_recorded(
    house: House, database: Engine
) -> None:
    sessions = session_factory(database)
    own, theirs = "HL_OWN", "HL_THEIRS"
    assert dial(house, "8001", sessions).get(own, "") == ""
    with sessions.begin() as session:
        session.add(AgentLogin(agent="1001", seat="s8001", began_at=AT, ended_at=None, paused_reason=None))
    rung = dial(house, "8001", sessions)
    assert (rung[own], rung[theirs]) == ("", "1")
    dialling = dial(house, "8002", sessions, channel="PJSIP/s8001-00000001")
    assert (dialling[own], dialling[theirs]) == ("1", "")
    assert [(fact["record"], fact["queue"]) for fact in house.facts("recording")] == [(True, None)] * 2


@pytest.mark.req("REC-1")
@pytest.mark.parametrize("how", [{"moved_by": "PJSIP/s8001-00000001"}, {"consults": "1"}])
def test_who_was_passed_on_or_is_consulted_goes_by_the_call_in_hand(
    how: dict[str, str], house: House, database: Engine
) -> None:
    sessions = session_factory(database)
    with sessions.begin() as session:
        session.add(AgentLogin(agent="1001", seat="s8001", began_at=AT, ended_at=None, paused_reason=None))
    left = dial(house, "8001", sessions, **how)
    assert (left["HL_OWN"], left["HL_THEIRS"]) == ("", "")
    assert house.facts("recording") == []
