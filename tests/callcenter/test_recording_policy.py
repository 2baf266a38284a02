"""Which calls are recorded: the most particular rule counts, the draw is the call's own, consent has the last word."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.recording_policy import (
    Answer,
    agents_may_differ,
    consent_to_ask,
    decide,
    direct,
    draw,
    static_decision,
    static_trunks,
    terms,
)
from callcenter.site import Site
from tests.callcenter.flow_sites import QUEUE, flow, site

pytestmark = [pytest.mark.req("REC-1")]
TOLD = {"prompt": "hello"}


def house(**policy: Any) -> Site:
    agents = [{"number": number, "title": number} for number in ("1001", "1002")]
    return site(flow({"start": QUEUE}), recording=policy, agents=agents)


def test_without_a_policy_every_queue_is_recorded_for_ever_in_stereo() -> None:
    found = terms(site(flow({"start": QUEUE})), "e1", "sales", "1001")
    assert (found.percent, found.sides, found.format, found.retention_days) == (100, "stereo", "wav", 0)
    assert decide(found, "x.1") == (decision := decide(found, "x.2"))
    assert (decision.record, decision.reason) == (True, "site: always recorded")


def test_each_value_comes_from_the_most_particular_rule_that_has_it() -> None:
    here = house(
        percent=90,
        format="mp3",
        trunks={"e1": {"percent": 80, "retention_days": 30}},
        queues={"sales": {"percent": 70, "sides": "mixed"}},
        agents={"1001": {"percent": 0}},
    )
    assert (terms(here, "e1", "sales", "1001").percent, terms(here, "e1", "sales", "1002").percent) == (0, 70)
    assert (terms(here, "e1", "care").percent, terms(here, "gateway", "care").percent) == (80, 90)
    found = terms(here, "e1", "sales", "1001")
    assert (found.by, found.sides, found.format, found.retention_days) == ("agent 1001", "mixed", "mp3", 30)


def test_a_queue_that_says_record_false_is_never_recorded() -> None:
    queues = [{"name": "sales", "title": "sales", "record": False}, {"name": "care", "title": "care"}]
    found = terms(site(flow({"start": QUEUE}), queues=queues), "e1", "sales")
    assert decide(found, "x.1").reason == "queue sales: never recorded"


@given(st.text(max_size=40), st.integers(0, 99), st.integers(0, 99))
def test_who_is_recorded_at_a_percentage_is_recorded_at_every_higher_one(
    call: str, low: int, more: int
) -> None:
    at = [
        decide(terms(house(percent=min(99, percent)), None, "sales"), call).record
        for percent in (low, low + more)
    ]
    assert at[0] <= at[1]


def test_a_percentage_of_calls_is_recorded() -> None:
    drawn = [draw(f"pbx1-1795313836.{number}") for number in range(20_000)]
    assert 0.19 < sum(number < 20 for number in drawn) / len(drawn) < 0.21
    assert set(drawn) == set(range(100))


def test_the_reason_names_rule_percentage_and_draw() -> None:
    found = terms(house(queues={"sales": {"percent": 1}}), None, "sales")
    call = next(call for call in map(str, range(99)) if draw(call) > 0)
    assert decide(found, call).reason == f"queue sales: 1 % are recorded, this call drew {draw(call)}"


@pytest.mark.parametrize(
    ("kind", "answer", "recorded"),
    [
        ("none", "told", True),
        ("none", None, False),
        ("agree", "agreed", True),
        ("agree", "silent", False),
        ("agree", "refused", False),
        ("refuse", "silent", True),
        ("refuse", "agreed", True),
        ("refuse", "refused", False),
        ("refuse", None, False),
    ],
)
def test_nobody_is_recorded_against_their_word_or_untold(
    kind: str, answer: Answer | None, recorded: bool
) -> None:
    found = terms(house(consent=TOLD | {"answer": kind}), "e1", "sales")
    assert decide(found, "x.1", answer).record is recorded
    assert agents_may_differ(found.consent, answer) is recorded


def test_consent_is_asked_only_where_somebody_could_be_recorded() -> None:
    here = house(consent=TOLD, queues={"sales": {"percent": 0}, "care": {"without_consent": True}})
    assert consent_to_ask(here, "e1", "sales", "x.1") is None
    assert consent_to_ask(here, "e1", "care", "x.1") is None
    training = house(consent=TOLD, queues={"sales": {"percent": 0}}, agents={"1001": {"percent": 100}})
    assert consent_to_ask(training, "e1", "sales", "x.1") is not None


@pytest.mark.parametrize(
    ("policy", "recorded"),
    [
        ({}, True),
        ({"percent": 20}, True),
        ({"queues": {"sales": {"percent": 0}}}, False),
        ({"trunks": {"gateway": {"percent": 0}}}, True),
        ({"consent": TOLD}, False),
        ({"consent": TOLD, "queues": {"sales": {"without_consent": True}}}, True),
        ({"trunks": {"e1": {"percent": 0}}}, False),
        ({"trunks": {"gateway": {"consent": TOLD}}}, True),
        ({"trunks": {"e1": {"consent": TOLD}}}, False),
        ({"consent": TOLD, "trunks": {"e1": {"without_consent": True}}}, True),
    ],
)
def test_the_static_menu_records_only_where_nobody_has_to_be_asked_on_the_calls_trunk(
    policy: dict[str, Any], recorded: bool
) -> None:
    site = house(**policy)
    assert static_decision(site, "e1", "sales").record is recorded
    assert ("e1" in static_trunks(site, "sales")) is recorded


def test_a_trunks_rule_holds_for_the_static_menu_of_that_trunk_alone() -> None:
    trunks = ["", *(trunk.name for trunk in house().trunks)]
    assert static_trunks(house(), "sales") == trunks
    asked = house(trunks={"e1": {"consent": TOLD}})
    assert static_trunks(asked, "sales") == [name for name in trunks if name != "e1"]
    told = house(consent=TOLD, trunks={"e1": {"without_consent": True}})
    assert static_trunks(told, "sales") == ["e1"]


def test_a_call_without_a_queue_goes_by_the_agents_the_trunks_and_the_rule_for_calls_inside() -> None:
    here = house(inside={"percent": 0}, agents={"1001": {"percent": 0}}, trunks={"e1": {"format": "mp3"}})
    out = direct(here, "x.1", "e1", "1002", "")
    assert (out.own.record, out.theirs.record, out.prompt) == (True, False, None)
    assert direct(here, "x.1", "e1", "1001", "").own.reason == "agent 1001: never recorded"
    inside = direct(here, "x.1", None, "1002", "1002")
    assert inside.reason == "calls inside: never recorded"
    assert terms(here, None, None, "1002").percent == 0
    assert terms(here, "e1", None, "1002").format == "mp3"


def test_who_is_called_outside_is_told_and_never_asked_and_colleagues_need_not_be() -> None:
    told = direct(house(consent=TOLD), "x.1", "e1", "1001", "")
    assert (told.own.record, told.prompt) == (True, "hello")
    asked = direct(house(consent=TOLD | {"answer": "agree"}), "x.1", "e1", "1001", "")
    assert (asked.own.record, asked.own.reason, asked.prompt) == (
        False,
        "who is called outside can't be asked",
        None,
    )
    assert direct(house(consent=TOLD), "x.1", None, "1001", "1002").own.record


OUT_TOLD, ASKED = {"prompt": "hello"}, TOLD | {"answer": "agree"}


@pytest.mark.parametrize(
    ("policy", "record", "prompt"),
    [
        ({"consent": ASKED, "outbound": OUT_TOLD}, True, "hello"),
        ({"consent": ASKED, "outbound": {"without_consent": True}}, True, None),
        ({"consent": ASKED, "outbound": {"percent": 0}}, False, None),
        ({"outbound": OUT_TOLD}, True, "hello"),
        ({"trunks": {"e1": {"consent": ASKED, "outbound": OUT_TOLD}}}, True, "hello"),
        ({"outbound": {"percent": 0}, "trunks": {"e1": {"outbound": OUT_TOLD}}}, True, "hello"),
        ({"consent": TOLD, "trunks": {"gateway": {"outbound": {"percent": 0}}}}, True, "hello"),
        ({"outbound": {"percent": 0}, "agents": {"1001": {"percent": 100}}}, True, None),
    ],
)
def test_calls_out_have_rules_of_their_own_by_trunk_then_the_sites(
    policy: dict[str, Any], record: bool, prompt: str | None
) -> None:
    found = direct(house(**policy), "x.1", "e1", "1001", "")
    assert (found.own.record, found.prompt) == (record, prompt)
    assert (
        terms(house(**policy), "e1", "sales").consent
        == terms(
            house(**{key: value for key, value in policy.items() if key != "outbound"}), "e1", "sales"
        ).consent
    )


def test_a_call_out_that_is_never_recorded_says_whose_rule_it_is() -> None:
    found = direct(house(outbound={"percent": 0}), "x.1", "e1", "1001", "")
    assert found.own.reason == "calls out: never recorded"
