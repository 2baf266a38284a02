"""Calls between two linked sites, and what each of them keeps of a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from lab.audio import seconds_of
from lab.g711 import decode
from lab.rtp import Ear
from lab.scenario import Caller
from lab.sipp_run import Run
from schema.calls import Leg
from tests.e2e.apart import may_be_apart
from tests.e2e.linked_site import CIRCLE
from tests.e2e.two_sites import TwoSites, two_sites
from tests.e2e.until import until

pytestmark = [pytest.mark.req("GW-5"), pytest.mark.asterisk]
LOCAL_THERE = "02155554444"


@pytest.fixture(scope="module")
def sites() -> Iterator[TwoSites]:
    if not may_be_apart():
        pytest.skip("each site needs a network of its own, which only root may make")
    with two_sites() as both:
        yield both


def hear(*ears: tuple[Callable[[], Ear], int]) -> None:
    """Return when each hears its tone."""
    for ear, hz in ears:
        until(lambda ear=ear, hz=hz: _sounds(ear(), hz), 10, f"{hz} Hz is heard")


def heard(caller: Run) -> Callable[[], Ear]:
    """A caller's ear, once the call is up."""
    caller.wait_for("answered")
    return caller.ear


def _sounds(ear: Ear, hz: int) -> bool:
    return seconds_of(decode(bytes(ear.sound[-8000:]), ear.law), hz) > 0.2


@pytest.mark.req("RT-5", "RT-7")
def test_a_call_to_the_other_city_leaves_from_there(sites: TwoSites) -> None:
    here = sites.beijing.carrier()
    there = sites.shanghai.carrier()
    with sites.beijing.phone("s6101", tone_hz=400) as phone:
        call = phone.dial(LOCAL_THERE).wait("up")
        hear((call.ear, 900), (there.ear, 400))
        call.hang_up()
        (invite,) = there.invited()
        assert invite.first.startswith("INVITE sip:55554444@10.77.2.1")
        assert "02162008888" in there.shown
        assert here.invited() == []
    (began,) = sites.beijing.ended(did=LOCAL_THERE)
    sites.beijing.says(began.call_id, "site shanghai reaches it at cost 10: link to_shanghai")
    went_on = sites.shanghai.joined(began)
    here_too = f"came from site beijing; began there or further away as call {began.call_id}"
    sites.shanghai.says(began.call_id, here_too)
    sites.shanghai.says(began.call_id, "calls of site beijing may leave by it")
    assert went_on.call_id != began.call_id


@pytest.mark.req("RT-5")
def test_seats_call_the_other_sites_seats_at_no_cost(sites: TwoSites) -> None:
    here = sites.beijing.carrier()
    there = sites.shanghai.carrier()
    with (
        sites.beijing.phone("s6101", tone_hz=400) as near,
        sites.shanghai.phone("s6202", tone_hz=700) as far,
    ):
        call = near.dial("6202")
        rung = far.incoming()
        assert "6101" in rung.asked["from"]
        rung.answer()
        hear((call.wait("up").ear, 700), (rung.ear, 400))
        call.hang_up()
        refused = near.dial("6203").wait("over")
        assert refused.status == 404
        busy = near.dial("6202")
        far.incoming().refuse()
        assert busy.wait("over").status == 486
        assert here.invited() == there.invited() == []
    began = sites.beijing.ended(did="6202")[0]
    sites.beijing.says(began.call_id, "6202 is a number of site shanghai: link to_shanghai, at no cost")
    sites.shanghai.says(sites.shanghai.joined(began).call_id, "dial PJSIP/s6202")


@pytest.mark.req("ACD-1")
def test_central_lines_and_queue_with_a_seat_at_the_other_site(sites: TwoSites) -> None:
    with sites.beijing.agent("1001", "sh6201"), sites.shanghai.phone("s6201", tone_hz=700) as seat:
        caller = Caller(dials="01066668888", number="13900000001", tone_hz=500)
        with sites.beijing.call_in(caller) as outside:
            rung = seat.incoming()
            assert "13900000001" in rung.asked["from"]
            rung.answer()
            hear((rung.ear, 500), (heard(outside), 700))
            rung.hang_up()
    (call,) = sites.beijing.ended(caller="13900000001")
    (leg,) = sites.beijing.house.rows(Leg, call_id=call.call_id, kind="agent")
    assert (leg.agent, leg.endpoint, leg.answered_at is not None) == ("1001", "sh6201", True)
    sites.shanghai.says(sites.shanghai.joined(call).call_id, "dial PJSIP/s6201")


@pytest.mark.req("RT-5")
def test_a_queue_rings_a_phone_of_the_other_site_only_when_it_is_free(sites: TwoSites) -> None:
    there = sites.shanghai.carrier()
    with (
        sites.beijing.agent("1001", "sh6201"),
        sites.shanghai.phone("s6201") as seat,
        sites.shanghai.phone("s6202") as colleague,
    ):
        own = seat.dial("6202")
        colleague.incoming().answer()
        own.wait("up")
        with sites.beijing.call_in(Caller(dials="01066668888", number="13900000002")):
            with sites.shanghai.forwards("6201", LOCAL_THERE):
                until(lambda: _said(sites, "a queue asks for this phone alone"), 10, "it is not sent on")
            until(lambda: _said(sites, "dial PJSIP/s6201"), 10, "it is asked for, and in a call")
            assert [call.invite for call in seat.calls] == [None]
            own.hang_up()
            rung = seat.incoming().answer()
            rung.hang_up()
        assert there.invited() == []


def _said(sites: TwoSites, text: str) -> bool:
    calls = sites.shanghai.calls(caller="13900000002", state="closed", cause=17)
    return any(text in sites.shanghai.page(call.call_id) for call in calls)


def test_spread_lines_with_a_central_queue_and_seat(sites: TwoSites) -> None:
    with sites.beijing.agent("1002", "s6102"), sites.beijing.phone("s6102", tone_hz=400) as seat:
        caller = Caller(dials="02162008888", number="13900000003", tone_hz=500)
        with sites.shanghai.call_in(caller) as outside:
            rung = seat.incoming()
            assert "13900000003" in rung.asked["from"]
            rung.answer()
            hear((rung.ear, 500), (heard(outside), 400))
            rung.hang_up()
    (began,) = sites.shanghai.ended(caller="13900000003")
    assert (began.trunk, began.did) == ("line_sh", "02162008888")
    went_on = sites.beijing.joined(began)
    sites.beijing.says(went_on.call_id, "by agent 1002")


def test_spread_lines_and_spread_seats(sites: TwoSites) -> None:
    with sites.beijing.agent("1001", "sh6201"), sites.shanghai.phone("s6201", tone_hz=700) as seat:
        caller = Caller(dials="02162008888", number="13900000004", tone_hz=500)
        with sites.shanghai.call_in(caller) as outside:
            rung = seat.incoming()
            rung.answer()
            hear((rung.ear, 500), (heard(outside), 700))
            rung.hang_up()
    began = sites.shanghai.ended(caller="13900000004", trunk="line_sh")[0]
    sites.beijing.says(sites.beijing.joined(began).call_id, "by agent 1001")
    assert sites.shanghai.joined(began).trunk == "to_beijing"


def test_a_seat_passes_a_call_back_to_the_site_it_came_from(sites: TwoSites) -> None:
    with (
        sites.beijing.agent("1001", "sh6201"),
        sites.shanghai.phone("s6201") as seat,
        sites.beijing.phone("s6102", tone_hz=400) as colleague,
    ):
        caller = Caller(dials="01066668888", number="13900000005", tone_hz=500)
        with sites.beijing.call_in(caller) as outside:
            rung = seat.incoming().answer()
            outside.wait_for("answered")
            hear((rung.ear, 500))
            rung.transfer("6102")
            passed_on = colleague.incoming().answer()
            hear((passed_on.ear, 500), (outside.ear, 400))
            passed_on.hang_up()


@pytest.mark.req("SEC-2")
def test_a_link_reaches_outside_only_by_the_routes_that_are_granted(sites: TwoSites) -> None:
    there = sites.shanghai.carrier()
    numbers = {"01088887777": 503, "110": 503, "0085212345678": 503, "13800138000": 404, "+85212345678": 404}
    for number, status in numbers.items():
        refused = Caller(dials=number, number="6101", refused_with=status)
        assert sites.beijing.call_over(refused, sites.shanghai).ok == 1, number
    feature = Caller(dials="*43", number="6101", refused_with=404)
    assert sites.beijing.call_over(feature, sites.shanghai).ok == 1
    assert there.invited() == []
    granted = Caller(dials=LOCAL_THERE, number="6101", talk_seconds=0.2)
    assert sites.beijing.call_over(granted, sites.shanghai).ok == 1
    assert len(there.invited()) == 1
    (call,) = sites.shanghai.ended(did="01088887777")
    sites.shanghai.says(call.call_id, "calls of site beijing may not leave by it")


def test_forwarding_between_sites_ends(sites: TwoSites) -> None:
    with (
        sites.beijing.phone("s6102") as phone,
        sites.beijing.forwards("6101", "6202"),
        sites.shanghai.forwards("6202", "6101"),
    ):
        assert phone.dial("6101").wait("over").status == 480
    (began,) = sites.beijing.ended(did="6101")
    went_on = sites.shanghai.joined(began)
    sites.shanghai.says(went_on.call_id, "not to site beijing: the call has come from there")


def test_flows_that_dial_each_other_over_the_link_end(sites: TwoSites) -> None:
    with sites.beijing.phone("s6102") as phone:
        phone.dial(CIRCLE[0]).wait("over")
    (began,) = sites.beijing.ended(did=CIRCLE[0], direction="outbound")
    both = (sites.beijing, sites.shanghai)
    until(lambda: [len(site.linked(began)) for site in both] == [2, 2], 10, "after four links it ends")


@pytest.mark.req("REL-1")
def test_without_fastagi_seats_are_reached_and_nobody_outside(sites: TwoSites) -> None:
    there = sites.shanghai.carrier()
    sites.at_once(lambda site: site.house.agi.stop())
    try:
        with (
            sites.beijing.phone("s6101", tone_hz=400) as near,
            sites.shanghai.phone("s6202", tone_hz=700) as far,
        ):
            call = near.dial("6202")
            rung = far.incoming().answer()
            hear((call.wait("up").ear, 700), (rung.ear, 400))
            call.hang_up()
            refused = Caller(dials="110", number="6101", refused_with=503)
            assert sites.beijing.call_over(refused, sites.shanghai).ok == 1
            assert there.invited() == []
    finally:
        sites.at_once(lambda site: site.house.start_agi())


@pytest.mark.req("RT-5")
def test_a_link_that_is_down_is_left_out_until_it_is_back(sites: TwoSites) -> None:
    here = sites.beijing.carrier()
    there = sites.shanghai.carrier()
    with sites.beijing.phone("s6101", tone_hz=400) as phone:
        with sites.cut():
            sites.link_is("Unavail")
            call = phone.dial(LOCAL_THERE).wait("up")
            hear((call.ear, 800), (here.ear, 400))
            call.hang_up()
            (invite,) = here.invited()
            assert invite.first.startswith(f"INVITE sip:{LOCAL_THERE}@10.77.1.1")
            assert "01066668888" in here.shown
            assert phone.dial("6202").wait("over").status == 480
        sites.link_is("Avail")
        call = phone.dial(LOCAL_THERE).wait("up")
        hear((call.ear, 900), (there.ear, 400))
        call.hang_up()
    (went,) = sites.beijing.ended(did=LOCAL_THERE, trunk="line_bj")
    sites.beijing.says(went.call_id, "trunk to_shanghai failed")
