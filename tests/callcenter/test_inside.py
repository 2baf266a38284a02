"""What a number dialled at a seat is, and what becomes of the call."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter import feature_codes
from callcenter.routing.decision import route
from callcenter.routing.desks import MAX_HOPS, Desks, Settings
from callcenter.routing.inside import begin, go_on, outcome_of, seat_of
from callcenter.routing.inside_call import Decision, House, Place
from callcenter.routing.number_plan import NumberPlan
from callcenter.site.boards import AnalogBoard, Telephone
from callcenter.site.edge import Did, Seat
from callcenter.site.outbound import Route
from callcenter.site.service import Agent, Mailbox
from callcenter.site_file.published import Published
from tests.sample import sample_site

TELEPHONE = Telephone(kind="fxs", number="8191", rights="international")
SITE = sample_site().model_copy(
    update={
        "seats": [Seat(name=f"s{n}", number=n, title="x") for n in ("8001", "8002")],
        "agents": [Agent(number=n, title="x") for n in ("1001", "1002")],
        "boards": [AnalogBoard(kind="analog", name="fxs", channels=[TELEPHONE])],
        "mailboxes": [Mailbox(number=n, title="x") for n in ("8002", "9000")],
    }
)
AT = dt.datetime(2026, 3, 3, 4, 0, tzinfo=dt.UTC)
HOUSE = House(Published(SITE), NumberPlan.of(SITE), AT, Desks({"1001": "s8001"}, {}))


def test_the_plan_reads_back_as_it_was_written() -> None:
    plan = NumberPlan.of(SITE)
    assert NumberPlan.from_json(plan.to_json()) == plan
    assert NumberPlan.from_json({}).numbers == {}


@pytest.mark.req("CALL-7", "RT-7")
@pytest.mark.parametrize(
    ("dialled", "act", "target"),
    [
        ("8001", "dial", "PJSIP/s8001"),
        ("1001", "dial", "PJSIP/s8001"),
        ("8191", "dial", "DAHDI/1"),
        ("1002", "refuse", ""),
        ("9000", "voicemail", "9000"),
        ("4008001000", "flow", "4008001000"),
        ("*43", "feature", "echo"),
        ("*99999", "refuse", ""),
        ("*9000", "voicemail", "9000"),
        ("13800138000", "refuse", ""),
        ("", "refuse", ""),
    ],
)
def test_a_number_is_one_thing_and_the_reason_is_told(dialled: str, act: str, target: str) -> None:
    found = begin(HOUSE, "s8002", dialled)
    assert (found.act, found.target) == (act, target)
    assert found.reasons


@pytest.mark.req("GW-2")
def test_a_telephone_on_a_board_is_one_of_the_houses_own() -> None:
    plan = NumberPlan.of(SITE)
    assert seat_of(plan, "DAHDI/1-1", "") == "1"
    assert plan.rights["1"] == "international"
    assert begin(HOUSE, "1", "*43").act == "feature"


def test_an_agents_number_says_so_while_the_database_is_away() -> None:
    found = begin(HOUSE._replace(desks=None), "s8002", "1001")
    assert (found.act, found.words) == ("refuse", ("house-unreachable",))


@pytest.mark.parametrize(
    ("status", "cause", "outcome"),
    [
        ("ANSWER", "16", "answered"),
        ("BUSY", "17", "busy"),
        ("CHANUNAVAIL", "21", "busy"),
        ("NOANSWER", "", "no_answer"),
        ("CHANUNAVAIL", "20", "unreachable"),
        ("CONGESTION", "34", "unreachable"),
        ("", "", "unreachable"),
    ],
)
def test_dials_outcome_has_a_name(status: str, cause: str, outcome: str) -> None:
    assert outcome_of(status, cause) == outcome


@pytest.mark.parametrize("status", ["BUSY", "NOANSWER", "CHANUNAVAIL", "CONGESTION"])
def test_who_is_missed_has_a_mailbox_or_the_caller_is_told(status: str) -> None:
    assert go_on(HOUSE, Place("8002"), status, "").act == "voicemail"
    refused = go_on(HOUSE, Place("8001"), status, "")
    assert refused.act == "refuse"
    assert refused.words
    assert refused.cause != 16


def test_a_call_that_was_answered_is_over() -> None:
    assert go_on(HOUSE, Place("8002"), "ANSWER", "16").act == "hangup"


def test_the_wish_is_the_seats_or_of_who_passed_the_call_on() -> None:
    plan = HOUSE.plan
    assert seat_of(plan, "PJSIP/s8001-0000001f", "") == "s8001"
    assert seat_of(plan, "PJSIP/e1-0000001f", "PJSIP/s8002-00000020") == "s8002"
    assert seat_of(plan, "PJSIP/e1-0000001f", "") == ""
    assert seat_of(plan, "", "nonsense") == ""


@pytest.mark.req("SEC-2")
@given(st.text("0123456789*#+", max_size=30))
def test_nobody_without_a_seat_has_features(dialled: str) -> None:
    assert begin(HOUSE, "", dialled).act not in ("feature", "outside")


@given(st.text(max_size=20))
def test_a_place_reads_back_or_is_none(cursor: str) -> None:
    place = Place.parse(cursor)
    assert place is None or Place.parse(place.cursor) == place


def test_no_two_features_share_a_code() -> None:
    assert len(feature_codes.codes({})) == len(feature_codes.FEATURES)
    assert list(feature_codes.doubled({"echo": "*60"})) == ["echo"]


def test_a_longer_code_goes_first_and_what_follows_must_fit() -> None:
    codes = feature_codes.codes({"echo": "*6"})
    assert feature_codes.find(codes, "*60") == ("clock", "")
    assert feature_codes.find(codes, "*6") == ("echo", "")
    assert feature_codes.find(codes, "*61") is None


def test_a_did_has_another_flow_for_callers_from_inside() -> None:
    first, second = SITE.flows[0].name, SITE.flows[1].name
    site = SITE.model_copy(update={"dids": [Did(number="600", title="x", flow=first, inside_flow=second)]})
    published = Published(site)
    assert route(published, "e1", "600").flow == first
    assert route(published, "", "600").flow == second
    assert isinstance(begin(House(published, NumberPlan.of(site), AT), "s8001", "600"), Decision)


def with_settings(**settings: Settings) -> House:
    return HOUSE._replace(
        desks=Desks({"1001": "s8001"}, {number[1:]: one for number, one in settings.items()})
    )


@pytest.mark.req("CALL-7")
@pytest.mark.parametrize(
    ("house", "number", "act", "target"),
    [
        (with_settings(n8001=Settings(do_not_disturb=True)), "8001", "refuse", ""),
        (with_settings(n8001=Settings(do_not_disturb=True)), "1001", "refuse", ""),
        (with_settings(n8001=Settings(do_not_disturb=True, busy="8002")), "8001", "dial", "PJSIP/s8002"),
        (with_settings(n8001=Settings(always="8002")), "8001", "dial", "PJSIP/s8002"),
        (with_settings(n8001=Settings(always="8002")), "1001", "dial", "PJSIP/s8002"),
        (with_settings(n1002=Settings(unreachable="8001")), "1002", "dial", "PJSIP/s8001"),
        (with_settings(n8001=Settings(always="4008001000")), "8001", "flow", "4008001000"),
    ],
)
def test_a_number_sends_its_calls_on(house: House, number: str, act: str, target: str) -> None:
    found = begin(house, "s8002", number)
    assert (found.act, found.target) == (act, target)


@pytest.mark.req("CALL-7")
@pytest.mark.parametrize(
    ("status", "to"), [("BUSY", "8001"), ("NOANSWER", "9000"), ("CHANUNAVAIL", "4008001000")]
)
def test_what_was_missed_goes_where_the_number_says(status: str, to: str) -> None:
    settings = Settings(busy="8001", no_answer="9000", unreachable="4008001000", ring_seconds=7)
    house = with_settings(n8002=settings)
    assert begin(house, "s8001", "8002").seconds == 7
    found = go_on(house, Place("8002"), status, "")
    assert to in found.target or found.target == "PJSIP/s8001"
    assert any(f"8002 sends such calls to {to}" in reason for reason in found.reasons)


@pytest.mark.req("RT-6")
def test_a_number_is_followed_outside_where_a_key_takes_the_call() -> None:
    routes = [Route(name="all", title="x", prefixes=["1"], trunks=["e1"])]
    site = SITE.model_copy(update={"routes": routes})
    desks = Desks({"1001": "s8001"}, {"1001": Settings(follow_me="13800138000")})
    house = House(Published(site), NumberPlan.of(site), AT, desks)
    found = go_on(house, Place("1001"), "NOANSWER", "")
    assert (found.act, found.target) == ("out", "PJSIP/13800138000@e1")
    assert found.place is not None
    assert found.place.confirm
    assert Place.parse(found.place.cursor) == found.place
    assert go_on(house, Place("1001"), "BUSY", "").act == "refuse"


@pytest.mark.req("CALL-7", "RT-7")
def test_a_call_that_goes_round_and_round_ends() -> None:
    house = with_settings(n8001=Settings(always="8002"), n8002=Settings(always="8001"))
    found = begin(house, "s8002", "8001")
    assert (found.act, found.cause) == ("refuse", 17)
    assert found.reasons[-1] == f"it was passed on {MAX_HOPS} times: no further"
    assert len(found.reasons) == MAX_HOPS + 2
