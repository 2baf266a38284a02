"""Where a call goes first: lists, rules, number; and the reasons in order."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from callcenter.routing.decision import Way, decide
from callcenter.routing.known import NOTHING, Closing, Known, Listed, one_that_counts
from callcenter.site_file.published import Published
from tests.callcenter.flow_sites import NOON, flow, site

HANG_UP = {"start": {"kind": "goto", "target": "@hangup"}}
CALLER = "13800138000"
FIRST = ("number 95588 on any trunk opens flow main",)


def house(**more: Any) -> Published:
    flows = (flow(HANG_UP), flow(HANG_UP, "english", language="en"))
    return Published(site(*flows, regions=[SOUTH], **more))


SOUTH = {"name": "south", "title": "South", "prefixes": ["0755", "+86139"]}


def way(known: Known = NOTHING, caller: str = CALLER, trunk: str = "e1", **more: Any) -> Way:
    return decide(house(**more), trunk, "95588", caller, NOON, known)


def test_numbers_and_trunks_that_are_not_the_sites_leave_nothing_behind() -> None:
    published = house()
    for trunk, number in (("e1", "12345"), ("x", "95588"), ("", "95588")):
        decide(published, trunk, number, CALLER, NOON)
    assert not published.ways
    first, second = (decide(published, "e1", "95588", caller, NOON) for caller in (CALLER, "139"))
    assert first == second
    assert list(published.ways) == [("e1", "95588")]


@pytest.mark.req("RT-2", "RT-7")
def test_the_black_list_refuses_without_an_answer() -> None:
    found = way(Known(Listed(7, "block", "138", prefix=True)))
    assert found.refused
    assert found.decision == ("call", "busy", ("black list #7 (138…)",))


@pytest.mark.req("RT-2")
def test_a_message_instead_of_busy_while_there_is_such_a_prompt() -> None:
    assert way(Known(Listed(7, "block", CALLER, prompt="bye"))).message == "bye"
    assert way(Known(Listed(7, "block", CALLER, prompt="gone"))).refused


@pytest.mark.req("RT-2", "RT-3", "RT-7")
def test_a_vip_goes_to_the_manager_and_the_queue_past_the_flow() -> None:
    entry = Listed(12, "vip", CALLER, tier="gold", agent="1003", wait_seconds=15, queue="care", priority=10)
    found = way(Known(entry))
    assert (found.queue, found.priority, found.manager, found.tier) == ("care", 10, entry, "gold")
    assert found.decision.reasons == ("VIP list #12 (tier gold)",)
    assert found.decision.destination == "manager 1003, then queue care, priority 10"


@pytest.mark.req("RT-2")
def test_a_vip_without_a_queue_takes_the_flow_and_keeps_the_priority() -> None:
    found = way(Known(Listed(12, "vip", CALLER, tier="gold", priority=5)))
    assert (found.flow, found.queue, found.priority, found.tier) == ("main", "", 5, "gold")
    assert found.decision.reasons == ("VIP list #12 (tier gold)", *FIRST)


@pytest.mark.req("RT-2")
def test_a_vip_whose_queue_is_gone_takes_the_flow() -> None:
    found = way(Known(Listed(12, "vip", CALLER, queue="gone")))
    assert (found.flow, found.queue) == ("main", "")
    assert found.decision.reasons == ("VIP list #12", "there is no queue gone", *FIRST)


@pytest.mark.req("IVR-3")
def test_while_all_is_closed_no_vip_goes_past_the_flow() -> None:
    closing = Closing(None, NOON, "chen")
    found = way(Known(Listed(12, "vip", CALLER, queue="care"), (closing,)))
    assert (found.flow, found.queue) == ("main", "")
    assert "emergency closing by chen" in found.decision.reasons[1]


PEOPLE = {
    "start": {"kind": "queue", "queue": "care", "timeout": "@hangup", "full": "@hangup", "nobody": "@hangup"}
}
ASKING = {
    "start": {
        "kind": "branch",
        "on": "calendar",
        "calendar": "office",
        "cases": {"open": "wait"},
        "otherwise": "@hangup",
    },
    "wait": PEOPLE["start"],
}
ALL, ONE = Closing(None, NOON, "chen", "bye"), Closing("office", NOON, "chen", "bye")


def closed(steps: dict[str, Any], *closings: Closing, entry: Listed | None = None, **more: Any) -> Way:
    published = Published(site(flow(steps), flow(HANG_UP, "english", language="en"), **more))
    return decide(published, "e1", "95588", CALLER, NOON, Known(entry, closings))


@pytest.mark.req("IVR-3", "RT-7")
def test_while_all_is_closed_a_flow_that_asks_no_calendar_is_closed_too() -> None:
    found = closed(PEOPLE, ALL)
    assert (found.message, found.queue) == ("bye", "")
    assert found.decision.destination == "message bye"
    assert found.decision.reasons == (
        *FIRST,
        "emergency closing of all by chen: flow main asks no calendar",
    )
    assert not closed(PEOPLE, ONE).message


@pytest.mark.req("IVR-3")
def test_the_sites_sorry_is_heard_where_the_closing_has_no_words_and_else_busy() -> None:
    mute = Closing(None, NOON, "chen")
    assert closed(PEOPLE, mute, sorry="sub").message == "sub"
    assert closed(PEOPLE, mute).refused


@pytest.mark.req("IVR-3")
def test_a_flow_that_asks_a_calendar_or_leads_to_nobody_goes_its_own_way() -> None:
    assert closed(ASKING, ALL).flow == "main"
    assert not closed(ASKING, ALL).message
    assert not closed(HANG_UP, ALL).message


@pytest.mark.req("IVR-3", "RT-2")
def test_rules_and_vips_get_past_a_closing_of_all_by_a_calendar_only() -> None:
    rule = {"name": "duty", "queue": "care"}
    assert closed(ASKING, ALL, rules=[rule]).message == "bye"
    night = {**rule, "calendar": "office", "states": ["closed"]}
    assert closed(ASKING, ALL, rules=[night]).queue == "care"
    vip = Listed(12, "vip", CALLER, queue="care")
    assert closed(PEOPLE, ALL, entry=vip).message == "bye"
    assert closed(PEOPLE, ALL, entry=Listed(7, "block", CALLER)).decision.reasons == ("black list #7",)


@pytest.mark.req("RT-7")
def test_that_nothing_could_be_known_is_the_first_reason() -> None:
    assert way(Known(trouble="the database did not answer")).decision.reasons == (
        "the database did not answer",
        *FIRST,
    )


RULES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"trunks": ["gateway"]}, {"trunk": "gateway"}, "trunk gateway"),
    ({"trunks": ["gateway"]}, {"trunk": "e1"}, ""),
    ({"numbers": ["95588"]}, {}, "number 95588"),
    ({"numbers": ["95599"]}, {}, ""),
    ({"callers": ["+8613800138000"]}, {}, "caller 13800138000"),
    ({"callers": ["138*"]}, {"caller": "+8613800138000"}, "caller 138*"),
    ({"callers": ["138"]}, {}, ""),
    ({"regions": ["south"]}, {"caller": "075512345678"}, "region south"),
    ({"regions": ["south"]}, {"caller": "+8613900000000"}, "region south"),
    ({"regions": ["south"]}, {}, ""),
    ({"regions": ["south"]}, {"caller": ""}, ""),
    ({"hidden": True}, {"caller": ""}, "caller without a number"),
    ({"hidden": True}, {}, ""),
    ({"languages": ["zh"]}, {}, "language zh"),
    ({"languages": ["en"]}, {}, ""),
    ({"tiers": ["gold"]}, {"known": Known(Listed(1, "vip", CALLER, tier="gold"))}, "tier gold"),
    ({"tiers": ["gold"]}, {}, ""),
    ({"calendar": "office", "states": ["closed"]}, {}, "calendar office is closed"),
    ({"calendar": "office", "states": ["open"]}, {}, ""),
    ({"trunks": ["e1"], "callers": ["138*"]}, {}, "trunk e1, caller 138*"),
    ({"trunks": ["e1"], "callers": ["139*"]}, {}, ""),
    ({}, {}, "every call"),
]


@pytest.mark.req("RT-1", "RT-7")
@pytest.mark.parametrize(("when", "call", "because"), RULES)
def test_a_rule_holds_when_all_of_its_conditions_do(
    when: dict[str, Any], call: dict[str, Any], because: str
) -> None:
    found = way(**call, rules=[{"name": "first", **when, "flow": "english"}])
    assert found.flow == ("english" if because else "main")
    reason = found.decision.reasons[-1]
    assert reason.startswith(f"rule first: {because}") if because else reason == FIRST[0]


@pytest.mark.req("RT-1")
def test_the_first_rule_that_holds_decides() -> None:
    rules = [
        {"name": "never", "trunks": ["gateway"], "refuse": True},
        {"name": "sends", "callers": ["138*"], "queue": "care", "priority": 3, "language": "en"},
        {"name": "late", "refuse": True},
    ]
    found = way(rules=rules)
    assert (found.queue, found.priority, found.language, found.refused) == ("care", 3, "en", False)
    assert found.decision.destination == "queue care, priority 3"


@pytest.mark.req("RT-1")
def test_a_rule_may_refuse_or_play_a_message() -> None:
    assert way(rules=[{"name": "no", "refuse": True}]).refused
    assert way(rules=[{"name": "no", "message": "bye"}]).message == "bye"


@pytest.mark.req("RT-1", "IVR-3")
def test_an_emergency_closing_counts_for_the_rules_too() -> None:
    rules = [{"name": "shut", "calendar": "office", "states": ["closed"], "message": "bye"}]
    morning = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)
    published = house(rules=rules)
    assert not decide(published, "e1", "95588", CALLER, morning, NOTHING).message
    closed = Known(closings=(Closing("office", morning, "chen"),))
    assert decide(published, "e1", "95588", CALLER, morning, closed).message == "bye"


@pytest.mark.req("RT-2")
def test_the_closest_entry_counts_and_of_two_alike_the_black_list() -> None:
    exact = Listed(1, "vip", CALLER)
    longer = Listed(2, "block", "1380", prefix=True)
    shorter = Listed(3, "vip", "138", prefix=True)
    assert one_that_counts([shorter, longer, exact]) == exact
    assert one_that_counts([shorter, longer]) == longer
    assert one_that_counts([exact, Listed(4, "block", CALLER)]) == Listed(4, "block", CALLER)
    assert one_that_counts([]) is None
