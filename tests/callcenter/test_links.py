"""Between linked sites: the cheapest way out, inside numbers over the link, what another site may do here, and ends."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.routing.desks import Desks, Settings
from callcenter.routing.inside import begin, go_on
from callcenter.routing.inside_call import Decision, House, Place
from callcenter.routing.links import FROM_HERE, MAX_SITES, Came, barred, came
from callcenter.routing.number_plan import NumberPlan
from callcenter.routing.outbound import NoWay, Way, way_out
from callcenter.site import Site
from callcenter.site.peers import Area, Peer
from callcenter.site_file.document import load
from callcenter.site_file.published import Published
from tests.sample import SAMPLE

pytestmark = pytest.mark.req("GW-5", "RT-5")
BEIJING, SHANGHAI = (load(SAMPLE.parent / f"two_sites_{name}.yaml") for name in ("beijing", "shanghai"))
AT = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)
NUMBERS = st.from_regex(r"\+?[0-9]{1,14}", fullmatch=True)
OVER = Came("to_shanghai", ("shanghai",), joint_id="shanghai-1.2")


def house(site: Site, way: Came = FROM_HERE, seconds: int = 0, **settings: Settings) -> House:
    desks = Desks({"1001": "sh6201"}, {name[1:]: each for name, each in settings.items()})
    return House(Published(site), NumberPlan.of(site), AT, desks, seconds, way)


def beijing(*areas: Area, **route: int) -> Published:
    routes = [each.model_copy(update=route) for each in BEIJING.routes]
    peers = [BEIJING.peers[0].model_copy(update={"areas": list(areas) or BEIJING.peers[0].areas})]
    return Published(BEIJING.model_copy(update={"routes": routes, "peers": peers}))


def trunks(published: Published, number: str, way: Came = FROM_HERE) -> list[str]:
    found = []
    for place in range(5):
        out = way_out(published, number, "national", AT, place, way)
        if isinstance(out, NoWay):
            assert out.why == "no_line"
            break
        found.append(out.trunk)
    return found


def first(published: Published, number: str) -> Way:
    out = way_out(published, number, "national", AT)
    assert isinstance(out, Way)
    return out


# ── the cheapest way out ─────────────────────────────────────────────────────


def test_the_cheapest_way_is_tried_first_and_the_others_after_it() -> None:
    assert trunks(beijing(), "02155554444") == ["to_shanghai", "line_bj"]
    dear = Area(prefixes=["021"], cost=61)
    assert trunks(beijing(dear), "02155554444") == ["line_bj", "to_shanghai"]
    assert trunks(beijing(dear, cost=61), "02155554444") == ["line_bj", "to_shanghai"]
    assert trunks(beijing(), "02055554444") == ["line_bj"]


def test_over_a_link_goes_the_number_as_it_was_dialled_and_the_seats_own() -> None:
    out = first(beijing(strip=1), "02155554444")
    assert (out.target, out.caller_id, out.limit) == ("PJSIP/02155554444@to_shanghai", "", 60)
    assert out.reasons[-1] == "site shanghai reaches it at cost 10: link to_shanghai"
    assert begin(house(BEIJING), "s6101", "02155554444").caller_id == "6101"


def test_a_routes_longer_prefix_is_no_area_of_another_site() -> None:
    published = beijing(Area(prefixes=["0"], cost=1))
    assert trunks(published, "02055554444") == ["to_shanghai", "line_bj"]
    assert trunks(published, "01055554444") == ["line_bj"]
    assert trunks(published, "110") == ["line_bj"]


def test_the_routes_rights_hold_for_every_way_and_the_areas_where_there_is_no_route() -> None:
    assert isinstance(way_out(beijing(), "02155554444", "local", AT), NoWay)
    alone = Published(BEIJING.model_copy(update={"routes": []}))
    refused = way_out(alone, "02155554444", "local", AT)
    assert isinstance(refused, NoWay)
    assert refused.why == "not_allowed"
    assert trunks(alone, "02155554444") == ["to_shanghai"]


@given(st.from_regex(r"0[0-9]{2,12}", fullmatch=True), st.integers(0, 200))
def test_no_way_is_dearer_than_the_one_after_it(number: str, cost: int) -> None:
    published = beijing(Area(prefixes=["0", "021"], cost=cost))
    costs = {"to_shanghai": cost, "line_bj": 10 if number.startswith("010") else 60}
    found = [costs[trunk] for trunk in trunks(published, number)]
    assert found == sorted(found)


# ── inside numbers ───────────────────────────────────────────────────────────


def test_an_inside_number_of_the_other_site_takes_the_link_and_no_route() -> None:
    made = begin(house(BEIJING), "s6101", "6277")
    assert (made.act, made.target, made.trunk, made.caller_id) == (
        "out", "PJSIP/6277@to_shanghai", "to_shanghai", "6101",
    )  # fmt: skip
    assert made.reasons == ("6277 is a number of site shanghai: link to_shanghai, at no cost",)
    place = made.place
    assert place is not None
    ends = {("BUSY", "17"): 17, ("CHANUNAVAIL", "1"): 1, ("CHANUNAVAIL", "3"): 20, ("NOANSWER", ""): 19}
    for (status, cause), told in ends.items():
        after = go_on(house(BEIJING), place, status, cause)
        assert (after.act, after.cause) == ("refuse", told)


def test_numbers_of_another_length_are_not_inside_ones() -> None:
    assert begin(house(BEIJING), "s6101", "62771").argument == "unknown_number"


# ── what another site may do here ────────────────────────────────────────────


@given(NUMBERS)
def test_the_other_site_leaves_by_granted_routes_alone(number: str) -> None:
    made = begin(house(BEIJING, OVER), "", number)
    if made.act == "out":
        assert number.startswith("010")
        assert made.trunk == "line_bj"
    none = BEIJING.model_copy(update={"peers": [BEIJING.peers[0].model_copy(update={"routes": []})]})
    assert begin(house(none, OVER), "", number).act != "out"


def test_what_is_refused_to_another_site_lets_it_take_its_own_lines() -> None:
    made = begin(house(BEIJING, OVER), "", "02055554444")
    assert (made.act, made.cause, made.words) == ("refuse", 34, ())
    assert "calls of site shanghai may not leave by it" in made.reasons
    out = begin(house(BEIJING, OVER), "", "01055554444")
    assert (out.target, out.caller_id) == ("PJSIP/55554444@line_bj", "01066668888")


def test_the_other_site_has_no_feature_codes() -> None:
    assert begin(house(BEIJING, OVER), "", "*43").act == "refuse"


def test_a_forwarded_call_leaves_by_the_rights_of_the_seat_it_was_for() -> None:
    made = begin(house(BEIJING, OVER, n6101=Settings(always="02055554444")), "", "6101")
    assert (made.act, made.trunk) == ("out", "line_bj")


def test_the_phone_a_queue_there_asks_for_is_rung_alone() -> None:
    alone = OVER._replace(phone_only=True)
    rung = begin(house(BEIJING, alone), "", "6101")
    assert (rung.act, rung.target, rung.idle) == ("dial", "PJSIP/s6101", True)
    settings = Settings(always="6102", busy="6102", no_answer="02055554444")
    assert begin(house(BEIJING, alone, n6101=settings), "", "6101").cause == 17
    missed = Settings(busy="6102", no_answer="02055554444", unreachable="6102", follow_me="02055554444")
    for status in ("BUSY", "NOANSWER", "CHANUNAVAIL"):
        after = go_on(house(BEIJING, alone, n6101=missed), Place("6101", owner="to_shanghai"), status, "")
        assert after.act == "refuse"


# ── ends ─────────────────────────────────────────────────────────────────────


def test_a_call_never_goes_back_over_the_link_it_came_by() -> None:
    for dialled, settings in (("6277", {}), ("6101", {"n6101": Settings(always="6277")})):
        made = begin(house(BEIJING, OVER, **settings), "", dialled)
        assert (made.act, made.cause) == ("refuse", 34)
        assert made.reasons[-1] == "not to site shanghai: the call has come from there"
    made = begin(house(BEIJING, OVER, n6101=Settings(always="02155554444")), "", "6101")
    assert (made.act, made.trunk) == ("out", "line_bj")


def test_a_phone_there_is_not_rung_for_a_call_from_there_but_by_a_flow() -> None:
    assert begin(house(BEIJING, OVER), "", "1001").cause == 34
    assert begin(house(BEIJING, OVER, 20), "", "1001").target == "PJSIP/sh6201"
    assert begin(house(BEIJING), "s6101", "1001").target == "PJSIP/sh6201"


@given(st.lists(st.sampled_from("abcd"), max_size=6))
def test_a_call_is_sent_to_no_site_it_has_been_to_and_to_few_altogether(passed: list[str]) -> None:
    peer = Peer(name="a", title="a", trunk="to_a")
    why = barred(BEIJING, peer, Came("to_x", tuple(passed)))
    assert bool(why) == ("a" in passed or len(passed) >= MAX_SITES)


@given(st.dictionaries(st.integers(0, 3), st.integers(0, 3), min_size=1), st.integers(0, 3))
def test_sites_that_forward_to_each_other_end_every_call(forwards: dict[int, int], at: int) -> None:
    way, hops = Came(), 0
    while True:
        target = forwards.get(at, at)
        peers = [
            Peer(name=f"n{one}", title="x", trunk=f"to_n{one}", inside=[f"7{one}xx"])
            for one in range(4)
            if one != at
        ]
        links = [BEIJING.trunks[1].model_copy(update={"name": peer.trunk}) for peer in peers]
        site = BEIJING.model_copy(
            update={"name": f"n{at}", "peers": peers, "trunks": [*BEIJING.trunks, *links]}
        )
        made: Decision = begin(house(site, way, n6101=Settings(always=f"7{target}01")), "s6102", "6101")
        if made.act != "out":
            return
        way, at, hops = Came(f"to_n{at}", (*way.sites, f"n{at}")), target, hops + 1
        assert hops <= MAX_SITES


# ── what comes with a call ───────────────────────────────────────────────────


def test_what_a_call_carries_is_read_from_links_and_nothing_strange_is() -> None:
    links = Published(BEIJING).links
    assert came("PJSIP/to_shanghai-0000001a", "a.shanghai/1/a-1.2", links) == Came(
        "to_shanghai", ("a", "shanghai"), True, "a-1.2"
    )
    assert came("PJSIP/s6101-00000001", "//", links) == Came()
    assert came("PJSIP/line_bj-00000001", "a/1/x", links).phone_only is False
    assert came("Local/to_shanghai-0000001a", "//", links).link == ""
    for strange in ("", "a b//", "a/2/", "A//", "a/1/x y", "a" * 201 + "//"):
        assert came("PJSIP/to_shanghai-0000001a", strange, links) == Came("to_shanghai")
