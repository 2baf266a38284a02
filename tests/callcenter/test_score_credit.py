"""Why a score is an agent's with whom the caller did not talk last, on the call's page."""

from __future__ import annotations

import datetime as dt

import pytest

from callcenter.calls.page import CallPage
from schema.calls import Call, Leg, Score

pytestmark = pytest.mark.req("SAT-2")
BEGAN = dt.datetime(2026, 3, 3, 9, 30, tzinfo=dt.UTC)


def after(seconds: float) -> dt.datetime:
    """A moment of the call."""
    return BEGAN + dt.timedelta(seconds=seconds)


def leg(endpoint: str, kind: str, agent: str | None, start: float, end: float, talk_ms: int) -> Leg:
    """Somebody other than the caller."""
    return Leg(
        uniqueid=endpoint,
        channel=f"PJSIP/{endpoint}-1",
        kind=kind,
        endpoint=endpoint,
        agent=agent,
        started_at=after(start),
        ended_at=after(end),
        talk_ms=talk_ms,
    )


def told(*others: Leg) -> str:
    """The line of the score of agent 1001, who talked from 8 to 30 s of the call."""
    legs = [leg("s8001", "agent", "1001", 5, 30, 22_000), *others]
    score = Score(call_id="x", visit=1, outcome="scored", score=2, agent="1001", queue="bills", at=after(36))
    call = Call(call_id="x", direction="inbound", started_at=BEGAN, state="closed")
    page = CallPage(call, [], [], legs, [], [score], [], [])
    [line] = [line.text for line in page.lines() if line.what == "score"]
    return line


PLAIN = "agent 1001, queue bills: scored 2"


@pytest.mark.parametrize(("endpoint", "kind"), [("c1", "outside"), ("s8003", "seat")])
def test_whoever_talked_afterwards_and_is_no_agent_is_named(endpoint: str, kind: str) -> None:
    said = told(leg(endpoint, kind, None, 28, 35, 5_000))
    assert said == f"{PLAIN}; credited to the last agent who talked, before {endpoint} did"


@pytest.mark.parametrize(
    "other",
    [
        leg("s8002", "agent", "1002", 28, 35, 5_000),
        leg("c1", "outside", None, 28, 35, 0),
        leg("c1", "outside", None, 9, 20, 5_000),
        leg("c1", "outside", None, 28, 60, 5_000),
    ],
    ids=["an agent", "nobody answered", "before the agent's end", "after the score"],
)
def test_otherwise_nothing_is_said_of_it(other: Leg) -> None:
    assert told() == told(other) == PLAIN
