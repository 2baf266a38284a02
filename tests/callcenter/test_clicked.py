"""What became of a call begun by a click."""

from __future__ import annotations

import datetime as dt

import pytest

from callcenter.calls.clicked import ANSWERED, became
from schema.calls import Call, Leg
from tests.databases import Sessions

AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.req("CALL-4")


def keep(sessions: Sessions, state: str, *legs: tuple[str, int | None, bool]) -> str | None:
    """Legs: kind, cause, answered."""
    with sessions.begin() as session:
        session.add(Call(call_id="c", direction="outbound", state=state, started_at=AT))
        session.flush()
        for place, (kind, cause, up) in enumerate(legs):
            at = AT + dt.timedelta(seconds=place)
            leg = Leg(
                call_id="c", uniqueid=f"c.{place}", channel=f"PJSIP/x-{place}", kind=kind, started_at=at
            )
            leg.cause, leg.answered_at = cause, at if up else None
            session.add(leg)
    with sessions() as session:
        return became(session, "c")


AGENT_UP = ("caller", None, True)


def test_an_answer_is_told_while_the_call_is_up(sessions: Sessions) -> None:
    assert keep(sessions, "open", AGENT_UP, ("outside", 34, False), ("outside", None, True)) == ANSWERED


def test_nothing_is_told_while_it_rings(sessions: Sessions) -> None:
    assert keep(sessions, "open", AGENT_UP, ("outside", None, False)) is None


@pytest.mark.parametrize(("cause", "word"), [(17, "busy"), (19, "not answered"), (34, "not reached")])
def test_the_last_try_says_why_not(sessions: Sessions, cause: int, word: str) -> None:
    assert keep(sessions, "closed", AGENT_UP, ("outside", 34, False), ("outside", cause, False)) == word


def test_an_agent_who_does_not_pick_up_is_told_apart(sessions: Sessions) -> None:
    assert "the agent's phone" in str(keep(sessions, "closed", ("caller", 19, False)))
    with sessions() as session:
        assert became(session, "unknown") is None
