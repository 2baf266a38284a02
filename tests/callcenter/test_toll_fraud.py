"""Which numbers may leave the house at all, and how much of them a day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.routing.outbound import NoWay, Way, way_out
from callcenter.routing.toll_fraud import Spent, Usage, barred, blind, is_abroad, judge
from callcenter.site import Site
from callcenter.site.check import problems
from callcenter.site.fraud import Alarm, Bans, Cap, Outbound
from callcenter.site.outbound import Route
from callcenter.site_file.published import Published
from tests.sample import sample_site

pytestmark = pytest.mark.req("SEC-2")
DAY = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)
"""A Tuesday, ten in the morning in Shanghai."""
NIGHT = dt.datetime(2026, 3, 3, 18, 0, tzinfo=dt.UTC)
ROUTES = [
    Route(name="all", title="x", prefixes=[""], rights="national", calendar="office", trunks=["e1"]),
    Route(name="nine", title="x", prefixes=["9"], strip=1, rights="international", trunks=["e1"]),
    Route(name="abroad", title="x", prefixes=["00", "+"], rights="international", trunks=["e1"]),
]


def site(**outbound: object) -> Site:
    return sample_site().model_copy(update={"outbound": Outbound(**outbound), "routes": ROUTES})  # type: ignore[arg-type]


def published(**outbound: object) -> Published:
    return Published(site(**outbound))


def usage(calls: int = 0, minutes: float = 0.0, *, abroad: int = 0, lately: int = 0) -> Usage:
    mine = {False: Spent(calls, minutes), True: Spent(abroad)}
    return Usage(mine, {False: Spent(calls + 5, minutes + 60), True: Spent(abroad)}, lately)


@pytest.mark.parametrize(
    ("dialled", "abroad"),
    [
        ("13800138000", False),
        ("008613800138000", False),
        ("+8675588886666", False),
        ("0085223456789", True),
        ("+18765550000", True),
        ("1790900447700900000", True),
        ("17951008613800138000", False),
        ("179110", False),
    ],
)
def test_a_number_is_abroad_however_it_is_dialled(dialled: str, abroad: bool) -> None:
    assert is_abroad(dialled, "cn") is abroad


@pytest.mark.parametrize(
    ("dialled", "may"),
    [
        ("0085223456789", True),
        ("+85223456789", True),
        ("00447700900000", False),
        ("1790900447700900000", False),
        ("0018765550000", False),
        ("0012125550000", True),
        ("13800138000", True),
        ("9001234567", False),
        ("1600001234", False),
    ],
)
def test_only_listed_countries_and_nothing_that_is_barred(dialled: str, may: bool) -> None:
    rules = site(countries=["+852", "+1"], barred=["+1876", "900", "160"])
    assert (barred(rules, dialled) == "") is may


@given(st.text("0123456789", min_size=1, max_size=15), st.sampled_from(["00", "+", "1790900", "17951+"]))
def test_no_way_of_writing_reaches_another_country(number: str, prefix: str) -> None:
    whole = prefix + number
    assert barred(site(countries=["+852"]), whole) or not is_abroad(whole, "cn") or "852" in whole


def test_the_country_is_that_of_the_number_as_the_trunk_gets_it() -> None:
    there = published(countries=["+852"])
    found = way_out(there, "900447700900000", "international", DAY)
    assert isinstance(found, NoWay)
    assert found.why == "barred"
    assert isinstance(way_out(there, "90085223456789", "international", DAY), Way)


@pytest.mark.parametrize("number", ["110", "119", "120", "122"])
def test_emergency_numbers_always_go_out(number: str) -> None:
    there = published(countries=[], barred=["1"], caps=[Cap(per="person", calls=0)])
    found = way_out(there, number, "inside", NIGHT)
    assert isinstance(found, Way)
    assert found.counts == ""
    assert "emergency" in found.reasons[1]
    assert isinstance(way_out(there, "114", "inside", DAY), NoWay)
    assert isinstance(way_out(published(emergency=["911"]), number, "inside", NIGHT), NoWay)


@pytest.mark.parametrize(
    ("cap", "spent", "abroad", "over"),
    [
        (Cap(per="person", calls=10), usage(9), False, False),
        (Cap(per="person", calls=10), usage(10), False, True),
        (Cap(per="person", calls=10), usage(4, abroad=6), False, True),
        (Cap(per="house", calls=10), usage(5), False, True),
        (Cap(per="person", abroad=True, calls=10), usage(50, abroad=9), True, False),
        (Cap(per="person", abroad=True, calls=10), usage(abroad=10), True, True),
        (Cap(per="person", abroad=True, calls=0), usage(), False, False),
        (Cap(per="person", minutes=30), usage(3, 29.9), False, False),
        (Cap(per="person", minutes=30), usage(3, 30.0), False, True),
        (Cap(per="house", minutes=90), usage(3, 30.0), False, True),
    ],
)
def test_a_cap_ends_the_days_calls(cap: Cap, spent: Usage, abroad: bool, over: bool) -> None:
    verdict = judge(published(caps=[cap]), "1001", abroad, spent, DAY)
    assert bool(verdict.refused) is over
    assert verdict.alarms == ()


def test_a_cap_that_is_reached_is_told_once_a_day() -> None:
    there = published(caps=[Cap(per="person", calls=1)], alarm=Alarm())
    verdict = judge(there, "1001", False, usage(1), NIGHT)
    assert verdict.refused == "the day's cap of the person: 1 calls, 1 were made"
    assert [told.key for told in verdict.alarms] == ["cap/1001/2026-03-04"]


def test_a_burst_and_odd_hours_are_told_and_the_call_goes_on() -> None:
    there = published(alarm=Alarm(calls=3, within_minutes=5, hours="office"))
    assert judge(there, "1001", False, usage(lately=1), DAY).alarms == ()
    burst = judge(there, "1001", False, usage(lately=2), DAY)
    assert (burst.refused, [told.why for told in burst.alarms]) == ("", ["burst"])
    odd = judge(there, "1001", False, usage(), NIGHT)
    assert [(told.why, told.key) for told in odd.alarms] == [("odd_hours", "odd_hours/1001/2026-03-03T18")]


def test_while_nobody_can_count_calls_abroad_stay_at_home_and_others_go_out() -> None:
    capped = site(caps=[Cap(per="person", calls=9)])
    assert blind(capped, abroad=True).refused
    assert not blind(capped, abroad=False).refused
    assert not blind(site(alarm=Alarm()), abroad=True).refused


def test_what_means_nothing_is_named_where_it_stands() -> None:
    rules = site(caps=[Cap(per="house")]).model_copy(
        update={"bans": Bans(allow=["10.0.0.0/8", "10.0.0.1/8"])}
    )
    found = {problem.path: problem.message for problem in problems(rules) if not problem.warning}
    assert found == {
        ("outbound", "caps", 0): "this cap limits nothing: give calls or minutes",
        ("bans", "allow", 1): "10.0.0.1/8 has host bits set: write it as 192.168.1.0/24 or 192.168.1.7",
    }


def test_an_emergency_number_without_a_route_is_warned_of() -> None:
    there = site().model_copy(
        update={"routes": [Route(name="x", title="x", prefixes=["110"], trunks=["e1"])]}
    )
    [warned] = [each.message for each in problems(there) if each.warning and each.path == ("routes",)]
    assert "119, 120, 122" in warned


def test_the_calendar_of_odd_hours_is_one_of_the_sites() -> None:
    [wrong] = [each for each in problems(site(alarm=Alarm(hours="never"))) if not each.warning]
    assert wrong.path == ("outbound", "alarm", "hours")
