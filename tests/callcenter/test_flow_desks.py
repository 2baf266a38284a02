"""A flow's step rings a seat or an agent: by the settings of that number, and back with what became of it."""

from __future__ import annotations

import datetime as dt

import pytest

from callcenter.routing.desks import Desks, Settings
from callcenter.routing.inside import begin, go_on
from callcenter.routing.inside_call import Decision, House
from callcenter.routing.number_plan import NumberPlan
from callcenter.site.edge import Did, Seat
from callcenter.site.service import Agent, Mailbox
from callcenter.site_file.published import Published
from tests.sample import sample_site

SITE = sample_site()
SITE = SITE.model_copy(
    update={
        "seats": [Seat(name=f"s{n}", number=n, title="x") for n in ("8001", "8002")],
        "agents": [Agent(number=n, title="x") for n in ("1001", "1002")],
        "mailboxes": [Mailbox(number="8001", title="x"), Mailbox(number="9000", title="x")],
        "dids": [Did(number="95588", title="x", flow=SITE.flows[0].name)],
    }
)
AT = dt.datetime(2026, 3, 3, 4, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.req("RT-4", "RT-6", "CALL-7")


def house(seconds: int = 15, **settings: Settings) -> House:
    known = {number[1:]: one for number, one in settings.items()}
    return House(Published(SITE), NumberPlan.of(SITE), AT, Desks({"1001": "s8002"}, known), seconds)


def after(here: House, number: str, status: str, cause: str = "") -> Decision:
    first = begin(here, "", number)
    assert first.place
    return go_on(here, first.place, status, cause)


def test_it_rings_as_long_as_the_step_says() -> None:
    rung = begin(house(), "", "8001")
    assert (rung.act, rung.target, rung.seconds, rung.idle) == ("dial", "PJSIP/s8001", 15, False)


def test_an_agent_is_rung_where_they_sit_and_not_in_a_call() -> None:
    rung = begin(house(), "", "1001")
    assert (rung.act, rung.target, rung.idle) == ("dial", "PJSIP/s8002", True)
    assert not begin(house(0), "s8001", "1001").idle


@pytest.mark.parametrize(
    ("status", "cause", "told"),
    [
        ("ANSWER", "16", "ANSWER"),
        ("BUSY", "17", "BUSY"),
        ("NOANSWER", "", "NOANSWER"),
        ("CHANUNAVAIL", "20", "CHANUNAVAIL"),
    ],
)
def test_the_flow_is_told_and_no_box_takes_the_call(status: str, cause: str, told: str) -> None:
    found = after(house(), "8001", status, cause)
    assert (found.act, found.target) == ("back", told)


def test_do_not_disturb_is_busy_and_forwarding_is_followed() -> None:
    quiet = begin(house(n8001=Settings(do_not_disturb=True)), "", "8001")
    assert (quiet.act, quiet.target) == ("back", "BUSY")
    sent_on = begin(house(n8001=Settings(always="1001")), "", "8001")
    assert (sent_on.target, sent_on.seconds) == ("PJSIP/s8002", 30)
    assert after(house(n8001=Settings(busy="1001")), "8001", "BUSY", "17").target == "PJSIP/s8002"


def test_an_agent_who_is_away_is_told_apart_unless_followed() -> None:
    gone = begin(house(), "", "1002")
    assert (gone.act, gone.target) == ("back", "LOGGEDOFF")
    assert "agent 1002 is not logged in" in gone.reasons
    assert begin(house(n1002=Settings(unreachable="8001")), "", "1002").target == "PJSIP/s8001"


def test_a_flow_is_not_sent_in_circles_through_a_number_of_the_house() -> None:
    found = begin(house(n8001=Settings(always="95588")), "", "8001")
    assert (found.act, found.target) == ("back", "CHANUNAVAIL")
    assert "not sent on to a flow" in found.reasons[-1]


def test_while_the_database_is_away_a_seat_rings_and_an_agent_can_not() -> None:
    away = house()._replace(desks=None)
    assert begin(away, "", "8001").act == "dial"
    assert begin(away, "", "1001").target == "CHANUNAVAIL"
