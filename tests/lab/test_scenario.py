"""Scenarios are well-formed whatever is asked for, and carry no text from outside."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.errors import HotlineError
from lab.rtp import KEYS
from lab.scenario import Agent, Caller, Key, Login, Registration, keys, render

HOSTILE = st.text(max_size=40) | st.sampled_from(["]]>", "<send>", "[field9]", "a\r\nVia: x", "a;b", '"<&'])
CALLERS = st.builds(
    Caller,
    dials=HOSTILE,
    number=HOSTILE,
    name=HOSTILE,
    login=st.none() | st.builds(Login, HOSTILE, HOSTILE),
    law=st.sampled_from(["alaw", "ulaw"]),
    keys=st.lists(st.builds(Key, st.sampled_from(KEYS), st.integers(0, 9999)), max_size=4),
    dtmf=st.sampled_from(["rfc4733", "info"]),
    talk_seconds=st.none() | st.floats(0.1, 100),
    refused_with=st.none() | st.integers(400, 699),
)
AGENTS = st.builds(
    Agent,
    rings_ms=st.integers(0, 99999),
    answers=st.booleans(),
    refuses_with=st.sampled_from([None, 480, 486, 500, 503, 603]),
    talk_seconds=st.none() | st.floats(0.1, 100),
    passes_on_to=st.sampled_from([None, "4008001000", "*11#"]),
)


def steps(xml: str) -> ElementTree.Element:
    return ElementTree.fromstring(xml)  # noqa: S314  our own text


@given(caller=CALLERS)
def test_a_callers_scenario_is_xml_and_every_jump_has_a_label(caller: Caller) -> None:
    check_jumps(render(caller))


@given(agent=AGENTS)
def test_an_agents_scenario_is_xml_and_every_jump_has_a_label(agent: Agent) -> None:
    check_jumps(render(agent))


@given(caller=CALLERS)
def test_no_text_from_outside_stands_in_the_xml(caller: Caller) -> None:
    plain = Caller(
        dials="1", keys=caller.keys, dtmf=caller.dtmf, law=caller.law, talk_seconds=caller.talk_seconds,
        refused_with=caller.refused_with, login=caller.login and Login("a", "b"),
    )  # fmt: skip
    assert render(caller) == render(plain)


@given(value=HOSTILE)
def test_a_row_is_one_line_with_its_four_fields_or_is_refused(value: str) -> None:
    try:
        rows = Caller(dials=value, number=value, name=value).rows([4000])
    except HotlineError:
        assert re.search(r"[;\[\]\x00-\x1f\x7f]", value)
        return
    assert rows.split("\n") == ["SEQUENTIAL", f"4000;{value};{value};{value}", ""]


def test_keys_fall_when_they_were_asked_for() -> None:
    caller = Caller(dials="1", keys=(*keys("12", first_ms=500, gap_ms=200), Key("#", 1000)))
    assert caller.speech().keys == [(0.5, "1"), (0.7, "2"), (1.7, "#")]


def test_keys_in_info_messages_are_not_sent_as_sound_too() -> None:
    caller = Caller(dials="1", dtmf="info", keys=keys("42"))
    assert caller.speech().keys == []
    assert re.findall(r"Signal=(.)", render(caller)) == ["4", "2"]


@pytest.mark.parametrize("digit", ["", "12", "x", "\n"])
def test_what_no_phone_has_is_no_key(digit: str) -> None:
    with pytest.raises(HotlineError, match="no phone has a key"):
        Key(digit, 0)


def test_a_registration_names_its_accounts_in_rows() -> None:
    registration = Registration(logins=[Login("seat", "secret"), Login("other", "word")], seconds=60)
    assert registration.rows().splitlines() == [
        "SEQUENTIAL",
        "seat;[authentication username=seat password=secret];",
        "other;[authentication username=other password=word];",
    ]
    assert "secret" not in render(registration)


def test_a_password_cannot_end_its_row() -> None:
    with pytest.raises(HotlineError, match="can't be sent"):
        Registration(logins=[Login("seat", "x] [call_id")]).rows()


def test_a_registration_may_name_a_phone_elsewhere() -> None:
    registration = Registration(logins=[Login("seat", "secret")], contact="127.0.0.31:32070")
    assert registration.rows().endswith(";127.0.0.31:32070\n")
    assert "<sip:[field0]@[field2]>" in render(registration)
    assert "<sip:[field0]@[local_ip]:[local_port]>" in render(Registration(logins=[Login("seat", "secret")]))


def check_jumps(xml: str) -> None:
    scenario = steps(xml)
    labels = {label.get("id") for label in scenario.iter("label")}
    jumps = {step.get(name) for step in scenario for name in ("next", "ontimeout")} - {None}
    assert jumps <= labels
