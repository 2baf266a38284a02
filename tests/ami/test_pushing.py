"""Who is sent to the survey, and how: the agent's leg is ended, or the far end is taken out."""

from __future__ import annotations

from typing import Any

import pytest

from ami.pushing import Push, decide
from callcenter.agents.conversation import Channel, Conversation
from callcenter.errors import HotlineError, NotFound
from tests.callcenter.flow_sites import flow, site

pytestmark = [pytest.mark.req("SAT-3")]
SITE = site(flow({"begin": {"kind": "hangup"}}))
"""Queue sales has the survey satisfaction, queue care none; a1 is the one seat."""


def channel(name: str, number: int) -> Channel:
    return Channel(name, f"c.{number}", "c.1", "b", "Up")


CALLER, AGENT, THIRD = channel("PJSIP/e1-1", 1), channel("PJSIP/a1-2", 2), channel("PJSIP/gateway-3", 3)


def talk(*joined: Channel, caller: Channel = CALLER) -> Conversation:
    return Conversation("c.1", caller, joined, ())


@pytest.mark.parametrize(
    ("who", "queue", "wanted", "meant"),
    [
        (talk(AGENT), "sales", None, Push(AGENT.name)),
        (talk(AGENT), "sales", "satisfaction", Push(AGENT.name)),
        (talk(AGENT), "care", None, Push(CALLER.name, "satisfaction")),
        (talk(AGENT), None, None, Push(CALLER.name, "satisfaction")),
        (talk(AGENT, THIRD), "sales", None, Push(CALLER.name, "satisfaction")),
        (talk(CALLER, caller=AGENT), None, None, Push(CALLER.name, "satisfaction")),
    ],
)
def test_the_caller_is_asked_in_every_kind_of_call(
    who: Conversation, queue: str | None, wanted: str | None, meant: Push
) -> None:
    assert decide(who, queue, SITE, wanted) == meant


@pytest.mark.parametrize(
    ("more", "wanted", "said"), [({}, "gone", "no survey gone"), ({"surveys": []}, None, "has no survey")]
)
def test_a_survey_that_is_not_there_is_said_so(more: dict[str, Any], wanted: str | None, said: str) -> None:
    bare = site(flow({"begin": {"kind": "hangup"}}), queues=[{"name": "sales", "title": "S"}], **more)
    with pytest.raises(NotFound, match=said):
        decide(talk(AGENT), None, bare, wanted)


def test_without_anybody_of_the_house_nobody_is_pushed() -> None:
    with pytest.raises(HotlineError, match="nobody of the house"):
        decide(talk(), "sales", SITE)


def test_colleagues_who_talk_are_not_asked_but_one_who_called_a_queue_is() -> None:
    inside = talk(AGENT, caller=channel("PJSIP/a1-1", 1))
    with pytest.raises(HotlineError, match="only phones of the house"):
        decide(inside, None, SITE)
    assert decide(inside, "sales", SITE) == Push(AGENT.name)
