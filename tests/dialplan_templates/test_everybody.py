"""What everybody may call while FastAGI is away: never more than the routes themselves allow."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.routing.outbound import NoWay, way_out
from callcenter.site.outbound import Route
from callcenter.site_file.published import Published
from dialplan_templates.everybody import OpenWay, Try, open_ways
from tests.sample import sample_site

SITE = sample_site()
AT = dt.datetime(2026, 3, 3, 4, 0, tzinfo=dt.UTC)


def route(name: str, *prefixes: str, rights: str = "inside", **more: object) -> Route:
    given = {"name": name, "title": name, "prefixes": prefixes, "rights": rights, "trunks": ["e1"], **more}
    return Route.model_validate(given)


def ways(*routes: Route) -> list[OpenWay]:
    return open_ways(SITE.model_copy(update={"routes": list(routes)}))


@pytest.mark.req("RT-5")
def test_a_route_for_everybody_is_its_prefixes_and_its_trunks_in_order() -> None:
    (way,) = ways(route("help", "110", strip=1, prepend="9", trunks=["e1", "voip"], caller_id="95588"))
    assert way.pattern == "_110!"
    assert [(each.trunk, each.before, each.strip, each.behind, each.caller_id) for each in way.tries] == [
        ("e1", "PJSIP/9", 1, "@e1", "95588"),
        ("voip", "PJSIP/9", 1, "@voip", "95588"),
    ]


@pytest.mark.req("RT-5", "SEC-2")
def test_what_needs_rights_or_has_hours_is_not_dialled() -> None:
    assert ways(route("far", "00", rights="international")) == []
    assert ways(route("day", "95", calendar="office")) == []
    assert ways(route("both", "95"), route("strict", "95", rights="local")) == []
    short, long = ways(route("help", "1"), route("mobile", "13", rights="national"))
    assert (short.pattern, bool(short.tries)) == ("_1!", True)
    assert (long.pattern, long.tries) == ("_13!", ())


@pytest.mark.req("SEC-2")
def test_emergency_numbers_go_out_whatever_their_route_asks_for() -> None:
    found = ways(route("all", "", rights="international", calendar="office", min_digits=7))
    assert [(way.pattern, way.least, way.tries[0].trunk) for way in found] == [
        (number, 1, "e1") for number in ("110", "119", "120", "122")
    ]
    assert [way.pattern for way in ways(route("help", "1"))] == ["_1!"]
    assert ways(route("far", "00", rights="international")) == []


PREFIXES = st.text("012", max_size=3)
ROUTES = st.lists(
    st.tuples(st.lists(PREFIXES, min_size=1, max_size=2), st.sampled_from(["inside", "local"])), max_size=5
)


@given(ROUTES, st.text("012", min_size=3, max_size=6))
def test_a_number_goes_out_only_where_somebody_without_rights_may_call_it(
    given: list[tuple[list[str], str]], number: str
) -> None:
    site = SITE.model_copy(
        update={
            "routes": [
                route(f"r{place}", *prefixes, rights=rights) for place, (prefixes, rights) in enumerate(given)
            ]
        }
    )
    tries = _matched(open_ways(site), number)
    allowed = not isinstance(way_out(Published(site), number, "inside", AT), NoWay)
    assert not tries or allowed


def _matched(found: list[OpenWay], number: str) -> tuple[Try, ...]:
    """As Asterisk does: the whole number, else the most specific pattern."""
    whole = [way.tries for way in found if way.pattern == number]
    if whole:
        return whole[0]
    fits = [
        way
        for way in found
        if way.pattern[0] == "_" and re.match(way.pattern[1:-1].replace("X", "[0-9]"), number)
    ]
    best = max(fits, key=lambda way: (way.pattern != "_X!", len(way.pattern)), default=None)
    return best.tries if best else ()
