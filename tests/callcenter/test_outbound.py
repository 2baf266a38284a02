"""Which way a number leaves the house, and who may call it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcenter.routing.desks import Desks
from callcenter.routing.inside import begin, go_on
from callcenter.routing.inside_call import House, Place
from callcenter.routing.number_plan import NumberPlan
from callcenter.routing.outbound import NoWay, Way, shown_on, way_out
from callcenter.site.edge import Seat
from callcenter.site.fraud import EMERGENCY
from callcenter.site.gateways import CallerId
from callcenter.site.outbound import RIGHTS, Rights, Route
from callcenter.site.service import Agent
from callcenter.site_file.published import Published
from tests.sample import sample_site

pytestmark = pytest.mark.req("RT-5")
OPEN = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)
"""A Tuesday, ten in the morning in Shanghai."""
NIGHT = dt.datetime(2026, 3, 3, 14, 0, tzinfo=dt.UTC)
ROUTES = [
    Route(name="emergency", title="x", prefixes=["110", "119", "120"], rights="inside", trunks=["e1"]),
    Route(name="local", title="x", prefixes=[""], rights="local", trunks=["e1", "voip"], min_digits=7),
    Route(
        name="day", title="x", prefixes=["0", "1"], calendar="office", trunks=["e1"], caller_id="4008001000"
    ),
    Route(name="night", title="x", prefixes=["0", "1"], trunks=["voip"], strip=1, prepend="9"),
    Route(name="abroad", title="x", prefixes=["00", "+"], rights="international", trunks=["voip"]),
]
SEATS = [
    Seat(name=f"s{name}", number=f"80{place}", title="x", rights=name)
    for place, name in enumerate(RIGHTS, 10)
]
SITE = sample_site().model_copy(
    update={
        "routes": ROUTES,
        "seats": [*SEATS, Seat(name="plain", number="8020", title="x")],
        "agents": [Agent(number="1001", title="x", rights="international"), Agent(number="1002", title="x")],
    }
)
PUBLISHED = Published(SITE)


def house(at: dt.datetime = OPEN, **seated: str) -> House:
    return House(
        PUBLISHED, NumberPlan.of(SITE), at, Desks({number[1:]: seat for number, seat in seated.items()}, {})
    )


def way(number: str, rights: Rights = "international", at: dt.datetime = OPEN, place: int = 0) -> Way:
    found = way_out(PUBLISHED, number, rights, at, place)
    assert isinstance(found, Way), found
    return found


def no_way(number: str, rights: Rights = "international", at: dt.datetime = OPEN, place: int = 0) -> NoWay:
    found = way_out(PUBLISHED, number, rights, at, place)
    assert isinstance(found, NoWay), found
    return found


@pytest.mark.parametrize(
    ("number", "at", "target"),
    [
        ("110", OPEN, "PJSIP/110@e1"),
        ("88886666", OPEN, "PJSIP/88886666@e1"),
        ("13800138000", OPEN, "PJSIP/13800138000@e1"),
        ("13800138000", NIGHT, "PJSIP/93800138000@voip"),
        ("0085212345678", OPEN, "PJSIP/0085212345678@voip"),
        ("+85212345678", NIGHT, "PJSIP/+85212345678@voip"),
    ],
)
def test_the_longest_prefix_that_is_open_leads_out(number: str, at: dt.datetime, target: str) -> None:
    assert way(number, at=at).target == target


def test_a_route_shows_its_own_number() -> None:
    assert (way("13800138000").caller_id, way("88886666").caller_id) == ("4008001000", "")


@pytest.mark.req("GW-3")
def test_a_trunk_shows_none_but_its_own_numbers() -> None:
    trunk = PUBLISHED.trunks["voip"]
    own = trunk.model_copy(update={"caller_id": CallerId(numbers=["02150001000", "02150001001"])})
    assert [shown_on(own, number) for number in ("02150001001", "4008001000", "")] == [
        "02150001001",
        "02150001000",
        "02150001000",
    ]
    assert (shown_on(trunk, "4008001000"), shown_on(trunk)) == ("4008001000", "")


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize("number", ["110*", "110#", "1*10", "+86+10", "110*#"])
def test_signs_among_the_digits_lead_nowhere(number: str) -> None:
    assert no_way(number).why == "unknown_number"


def test_the_reasons_are_told_in_order() -> None:
    assert way("13800138000", at=NIGHT).reasons[0].startswith("route day is closed: ")
    assert way("13800138000", at=NIGHT).reasons[1:] == (
        "13800138000 begins with 1: route night",
        "trunk voip, the route's number 1",
    )


def test_trunks_are_tried_in_order_until_none_is_left() -> None:
    assert [way("88886666", place=place).trunk for place in range(2)] == ["e1", "voip"]
    assert no_way("88886666", place=2).why == "no_line"


@pytest.mark.parametrize("number", ["88", "888866", "8" * 21])
def test_a_number_too_short_or_too_long_is_none(number: str) -> None:
    assert no_way(number).why == "unknown_number"


@example("122", "inside")
@given(st.text("0123456789+", min_size=1, max_size=22), st.sampled_from(RIGHTS))
def test_nobody_gets_farther_than_their_rights(number: str, rights: Rights) -> None:
    """No shorter prefix stands in for one that needs more."""
    found = way_out(PUBLISHED, number, rights, OPEN)
    if isinstance(found, Way):
        abroad = number.startswith(("00", "+"))
        assert not abroad or rights == "international"
        assert rights != "inside" or number.startswith(("110", "119", "120")) or number in EMERGENCY["cn"]


@pytest.mark.parametrize(
    ("seat", "number", "act"),
    [
        ("sinside", "110", "out"),
        ("sinside", "88886666", "refuse"),
        ("slocal", "88886666", "out"),
        ("slocal", "13800138000", "refuse"),
        ("snational", "13800138000", "out"),
        ("plain", "13800138000", "out"),
        ("plain", "0085212345678", "refuse"),
        ("sinternational", "0085212345678", "out"),
        ("", "110", "refuse"),
    ],
)
def test_a_seat_calls_as_far_as_it_may(seat: str, number: str, act: str) -> None:
    assert begin(house(), seat, number).act == act


def test_who_sits_at_a_seat_brings_rights_if_any_are_said() -> None:
    assert begin(house(a1001="sinside"), "sinside", "0085212345678").act == "out"
    assert begin(house(a1002="sinside"), "sinside", "0085212345678").act == "refuse"
    assert begin(house()._replace(desks=None), "plain", "13800138000").act == "out"


@pytest.mark.parametrize(
    ("status", "cause", "act"),
    [
        ("CONGESTION", "34", "out"),
        ("CHANUNAVAIL", "20", "out"),
        ("FULL", "34", "out"),
        ("CHANUNAVAIL", "", "out"),
        ("BUSY", "17", "refuse"),
        ("NOANSWER", "19", "refuse"),
        ("CHANUNAVAIL", "1", "refuse"),
        ("CONGESTION", "21", "refuse"),
        ("ANSWER", "16", "hangup"),
    ],
)
def test_the_next_trunk_is_tried_only_when_one_failed(status: str, cause: str, act: str) -> None:
    first = begin(house(), "slocal", "88886666").place
    assert first is not None
    found = go_on(house(), first, status, cause)
    assert found.act == act
    assert (found.trunk == "voip") == (act == "out")


def test_after_the_last_trunk_the_caller_is_told() -> None:
    found = go_on(house(), Place("88886666", trunk=1, owner="slocal"), "CONGESTION", "34")
    assert (found.act, found.words, found.cause) == ("refuse", ("house-no-line",), 34)
    assert found.reasons[0] == "trunk voip failed (congestion, cause 34)"
