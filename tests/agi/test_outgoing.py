"""What FastAGI leaves to the dialplan when a call outside is counted, capped, barred, or can't be counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from callcenter.routing.toll_fraud import counts
from callcenter.site.edge import ByAddress, Seat, Trunk
from callcenter.site.fraud import Alarm, Cap, Outbound
from callcenter.site.outbound import Route
from callcenter.site.service import Agent
from schema.calls import AgentLogin
from schema.config import Audit
from schema.fraud import OutgoingCall
from schema.session import session_factory
from tests.agi.flows import AT, Caller, House, publish
from tests.agi.inside_calls import dial
from tests.callcenter.flow_sites import QUEUE, flow, site

pytestmark = pytest.mark.req("SEC-2")
SITE = site(flow({"start": QUEUE})).model_copy(
    update={
        "seats": [Seat(name="s8002", number="8002", title="x", rights="international")],
        "agents": [Agent(number="1001", title="x")],
        "trunks": [Trunk(name="out", title="x", connection=ByAddress(by="address", hosts=["127.0.0.9"]))],
        "routes": [Route(name="all", title="x", prefixes=[""], trunks=["out"])],
        "outbound": Outbound(
            countries=["+852"], caps=[Cap(per="person", abroad=True, calls=1)], alarm=Alarm()
        ),
    }
)
ABROAD, HOME, BARRED = "0085212345678", "13800138000", "00447700900000"


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    publish(house.etc, 7, SITE)
    assert counts(SITE)
    return house


def test_a_call_is_counted_for_the_agent_at_the_seat_and_the_cap_is_heard(
    house: House, database: Engine
) -> None:
    sessions = session_factory(database)
    with sessions.begin() as session:
        session.add(AgentLogin(agent="1001", seat="s8002", began_at=AT, ended_at=None, paused_reason=None))
    assert dial(house, ABROAD, sessions)["HL_NEXT"] == "out"
    left = dial(house, ABROAD, sessions)
    assert (left["HL_NEXT"], left["HL_CAUSE"]) == ("refuse", "21")
    assert dial(house, HOME, sessions)["HL_NEXT"] == "out"
    first, second, third = house.facts("decision")
    assert first["destination"] == third["destination"].replace(HOME, ABROAD) == f"out PJSIP/{ABROAD}@out"
    assert second["reasons"][-1] == "the day's cap of the person abroad: 1 calls, 1 were made"
    with sessions() as session:
        counted = [(row.person, row.number, row.abroad) for row in session.scalars(select(OutgoingCall))]
    assert counted == [("1001", ABROAD, True), ("1001", HOME, False)]


def test_a_barred_country_is_refused_and_audited(house: House, database: Engine) -> None:
    sessions = session_factory(database)
    assert dial(house, BARRED, sessions)["HL_NEXT"] == "refuse"
    with sessions() as session:
        [row] = session.scalars(select(Audit).where(Audit.action == "call.outside"))
    assert (row.by, row.detail["outcome"]) == ("s8002", "refused")
    assert "+447700900000 is in none of the countries" in row.detail["reason"]


def test_while_the_database_is_away_only_calls_abroad_stay_at_home(house: House) -> None:
    assert dial(house, HOME, None)["HL_NEXT"] == "out"
    assert dial(house, "110", None)["HL_NEXT"] == "out"
    assert dial(house, ABROAD, None)["HL_NEXT"] == "refuse"
    assert dial(house, BARRED, None)["HL_NEXT"] == "refuse"
    reasons = [decision["reasons"][-1] for decision in house.facts("decision")]
    assert reasons[2] == "what went out today can't be found out now: no calls abroad"


def test_a_call_from_outside_uses_up_nobodys_cap(house: House, database: Engine) -> None:
    sessions = session_factory(database)
    assert dial(house, HOME, sessions, channel="PJSIP/out-00000001")["HL_NEXT"] == "refuse"
    with sessions() as session:
        assert session.scalars(select(OutgoingCall)).all() == []


def test_a_flows_own_call_counts_in_its_name_and_goes_another_way_when_the_cap_is_reached(
    tmp_path: Path, database: Engine
) -> None:
    after = dict.fromkeys(("busy", "no_answer", "unreachable"), "bye")
    ring = {"kind": "outside", "number": HOME, "trunk": "out", "ring_seconds": 20, **after}
    capped = SITE.outbound.model_copy(update={"caps": [Cap(per="house", calls=1)]})
    known = site(flow({"start": ring, "bye": {"kind": "hangup"}}))
    house = House(tmp_path)
    publish(
        house.etc,
        7,
        known.model_copy(update={"trunks": SITE.trunks, "routes": SITE.routes, "outbound": capped}),
    )
    house.sessions = session_factory(database)
    acts = [house.call(Caller()).variables["HL_NEXT"] for _ in range(2)]
    assert acts == ["outside", "hangup"]
    with house.sessions() as session:
        counted = [(row.person, row.number) for row in session.scalars(select(OutgoingCall))]
    assert counted == [("flow main", HOME)]
