"""What an agent did with a day: seconds logged in, ready, paused by reason, in wrap-up, ringing, talking.

Pure but for the reading of the rows. Who is called while paused (a click-to-dial, say) is paused and talking
at the same time; ``ready`` and ``wrapup`` are only the time in which nothing rang (a wrap-up is cut short by the
next call: app_queue counts it in whole seconds).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcenter.agents.states import PAUSED, READY, UNREACHABLE, WRAPUP, Stretch, stretches
from schema.agents import AgentState
from schema.calls import Leg

Span = tuple[dt.datetime, dt.datetime]
NOTHING = dt.timedelta()


@dataclass(frozen=True, slots=True)
class Rung:
    """One ring of an agent's phone, and the talk if there was one. None: not answered, not over."""

    agent: str
    began_at: dt.datetime
    answered_at: dt.datetime | None
    ended_at: dt.datetime | None


@dataclass
class Times:
    """Seconds of one agent within a window."""

    agent: str
    logged_in: float = 0.0
    ready: float = 0.0
    paused: dict[str, float] = field(default_factory=dict)
    wrapup: float = 0.0
    unreachable: float = 0.0
    ringing: float = 0.0
    talking: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain values, seconds to the millisecond; ``paused`` is the sum, ``reasons`` its parts."""
        names = ("logged_in", "ready", "wrapup", "unreachable", "ringing", "talking")
        reasons = {reason: round(seconds, 3) for reason, seconds in sorted(self.paused.items())}
        seconds = {f"{name}_s": round(getattr(self, name), 3) for name in names}
        paused = round(sum(self.paused.values()), 3)
        return {"agent": self.agent, **seconds, "paused_s": paused, "reasons": reasons}


def times(agent: str, states: Iterable[Stretch], rung: Iterable[Rung], window: Span) -> Times:
    """The figures of one agent; what goes on is counted up to the window's end."""
    found = Times(agent)
    seconds: dict[str, float] = defaultdict(float)
    calls = [(one.began_at, one.ended_at or window[1], one.answered_at) for one in rung]
    for began, ended, answered in calls:
        found.ringing += _seconds(began, answered or ended, window)
        found.talking += _seconds(answered, ended, window) if answered else 0.0
    busy = _union([(began, ended) for began, ended, _ in calls])
    for state in states:
        ended = state.ended_at or window[1]
        lasted = _seconds(state.began_at, ended, window)
        found.logged_in += lasted
        if state.state == PAUSED:
            found.paused[state.reason or ""] = found.paused.get(state.reason or "", 0.0) + lasted
        else:
            seconds[state.state] += lasted
        if state.state in (READY, WRAPUP):
            inside = _clip(state.began_at, ended, window)
            seconds[state.state] -= sum(_seconds(*call, inside) for call in busy)
    found.ready, found.wrapup, found.unreachable = (seconds[name] for name in (READY, WRAPUP, UNREACHABLE))
    return found


def read_times(session: Session, agents: Sequence[str], window: Span) -> list[Times]:
    """The figures of these agents, in their order."""
    first, last = window
    overlaps = AgentState.began_at < last, or_(AgentState.ended_at.is_(None), AgentState.ended_at > first)
    rows = session.scalars(
        select(AgentState)
        .where(AgentState.agent.in_(agents), *overlaps)
        .order_by(AgentState.began_at, AgentState.id)
    ).all()
    legs = session.scalars(
        select(Leg).where(
            Leg.agent.in_(agents),
            Leg.kind == "agent",
            Leg.started_at < last,
            or_(Leg.ended_at.is_(None), Leg.ended_at > first),
        )
    ).all()
    rung = [Rung(str(leg.agent), leg.started_at, leg.answered_at, leg.ended_at) for leg in legs]
    return [
        times(
            agent,
            stretches([row for row in rows if row.agent == agent], last),
            [one for one in rung if one.agent == agent],
            window,
        )
        for agent in agents
    ]


def _clip(began: dt.datetime, ended: dt.datetime, window: Span) -> Span:
    return max(began, window[0]), min(ended, window[1])


def _seconds(began: dt.datetime, ended: dt.datetime, window: Span) -> float:
    first, last = _clip(began, ended, window)
    return max(last - first, NOTHING).total_seconds()


def _union(spans: Iterable[Span]) -> list[Span]:
    """The same time without overlaps."""
    found: list[Span] = []
    for began, ended in sorted(spans):
        if found and began <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ended))
        else:
            found.append((began, ended))
    return found
