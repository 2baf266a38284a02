"""Who is in a call now, over bridges and Local pairs."""

from __future__ import annotations

from itertools import permutations

import pytest

from callcenter.agents.conversation import Channel, call_at, conversation
from callcenter.errors import HotlineError, NotFound

SEATS = {"s1", "s2"}


def leg(name: str, number: int, bridge: str = "", state: str = "Up", call: str = "pbx-1") -> Channel:
    return Channel(name, f"pbx-{number}", call, bridge, state)


TALK = [
    leg("PJSIP/e1-01", 1, "a"),
    leg("Local/1001*s1@hotline_agents-01;1", 2, "a"),
    leg("Local/1001*s1@hotline_agents-01;2", 3, "b"),
    leg("PJSIP/s1-02", 4, "b"),
]


@pytest.mark.req("CALL-1")
def test_the_agent_is_found_over_the_pair_whatever_the_order() -> None:
    for channels in permutations(TALK):
        found = conversation(channels, "pbx-1")
        assert (found.caller.name, found.colleague(SEATS).name) == ("PJSIP/e1-01", "PJSIP/s1-02")
        assert found.party(SEATS) is found.caller


@pytest.mark.req("CALL-1")
def test_a_seat_that_called_out_talks_with_whom_it_called() -> None:
    found = conversation([leg("PJSIP/s1-01", 1, "a"), leg("PJSIP/e1-02", 2, "a")], "pbx-1")
    assert (found.colleague(SEATS).name, found.party(SEATS).name) == ("PJSIP/s1-01", "PJSIP/e1-02")


@pytest.mark.req("CALL-1")
def test_a_consultation_is_apart_from_the_caller() -> None:
    away = [TALK[0], TALK[1], leg("Local/1001*s1@hotline_agents-01;2", 3), leg("PJSIP/s1-02", 4, "c")]
    found = conversation([*away, leg("PJSIP/s2-03", 5, "c")], "pbx-1")
    assert found.consulting(SEATS).name == "PJSIP/s1-02"
    with pytest.raises(HotlineError, match="nobody of the house"):
        found.colleague(SEATS)
    with pytest.raises(HotlineError, match="nobody consults"):
        conversation(TALK, "pbx-1").consulting(SEATS)


@pytest.mark.req("CALL-3")
def test_what_rings_and_where_a_phone_is() -> None:
    channels = [
        leg("PJSIP/e1-01", 1),
        leg("PJSIP/s1-02", 2, state="Ringing"),
        leg("PJSIP/s1-03", 9, "x", call="pbx-9"),
    ]
    assert conversation(channels, "pbx-1").rings(SEATS).name == "PJSIP/s1-02"
    assert (call_at(channels, "s1"), call_at(channels, "e1")) == ("pbx-9", "pbx-1")
    with pytest.raises(NotFound):
        call_at(channels, "s2")
    with pytest.raises(NotFound):
        conversation(channels, "pbx-7")
