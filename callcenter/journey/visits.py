"""The rows of the visits: who answered, how long they talked, who ended it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from callcenter.events import CallVanished, Event, Transferred
from callcenter.journey.legs import Leg
from callcenter.journey.records import LegRecord, Span, VisitRecord
from callcenter.journey.stays import Stay
from callcenter.journey.talk import between, merged, milliseconds, within

AT_ONCE = dt.timedelta(milliseconds=250)
"""A channel that a hang-up ends is gone this soon after."""


@dataclass(frozen=True)
class Scene:
    """What a visit is told from: the sifted events, the legs, and the records made of them."""

    events: list[Event]
    legs: dict[str, Leg]
    caller: Leg
    records: tuple[LegRecord, ...]

    @property
    def vanished_at(self) -> dt.datetime | None:
        """When Asterisk went away with the call, if it did."""
        return next((event.at for event in self.events if isinstance(event, CallVanished)), None)

    def talks(self, window: Span) -> list[tuple[Span, str | None]]:
        """When somebody talked with the caller in ``window``, and which agent it was."""
        legs = [leg for leg in self.records if leg.kind != "caller"]
        return [(span, leg.agent) for leg in legs for span in within(leg.talks, window)]

    def left_first(self, window: Span) -> str | None:
        """caller or agent: whoever left the other in ``window``; None if they never talked."""
        talks = self.talks(window)
        if not talks:
            return None
        last = max(span.end for span, _ in talks)
        return "caller" if any(stay.end == last for _, stay in self.caller.stays) else "agent"


def visits(stays: list[Stay], scene: Scene) -> tuple[VisitRecord, ...]:
    """The rows, numbered from 1. ``stays`` are in order of joining."""
    following = [*(stay.joined_at for stay in stays[1:]), None]
    pairs = zip(stays, following, strict=False)
    return tuple(_visit(number, stay, after, scene) for number, (stay, after) in enumerate(pairs, 1))


def _visit(number: int, stay: Stay, after: dt.datetime | None, scene: Scene) -> VisitRecord:
    answered_at = _answered_at(stay, scene.legs)
    left_at = _left_at(stay, after, answered_at, scene)
    window = Span(answered_at, left_at or scene.events[-1].at) if answered_at else None
    waited_until = answered_at or left_at
    return VisitRecord(
        number=number,
        queue=stay.queue,
        joined_at=stay.joined_at,
        position=stay.position,
        left_at=left_at,
        outcome=_outcome(stay, scene),
        key=stay.exit.key if stay.exit else None,
        wait_ms=between(stay.joined_at, waited_until) if waited_until else None,
        agent=_who_answered(stay, window, scene),
        answered_at=answered_at,
        talk_ms=milliseconds(merged(span for span, _ in scene.talks(window))) if window else 0,
        ended_by=_ended_by(window, scene, passed_on=left_at == after) if window and left_at else None,
    )


def _answered_at(stay: Stay, legs: dict[str, Leg]) -> dt.datetime | None:
    """When the channel that the queue had dialled came up: the queue's line knows only the second."""
    if stay.answer is None:
        return None
    leg = legs.get(stay.answer.agent_leg or "")
    return max(stay.joined_at, leg.answered_at if leg and leg.answered_at else stay.answer.at)


def _left_at(
    stay: Stay, after: dt.datetime | None, answered_at: dt.datetime | None, scene: Scene
) -> dt.datetime | None:
    """When the caller was no longer this queue's: it let go of him, or the next one took him."""
    end = stay.done_at
    if end is None:
        end = _last_bridge(stay, after, answered_at, scene) if answered_at else _line(stay, scene)
    return min(end, after) if end and after else end or after


def _last_bridge(
    stay: Stay, after: dt.datetime | None, answered_at: dt.datetime, scene: Scene
) -> dt.datetime | None:
    leg = scene.legs[stay.leg]
    if leg.is_joined and after is None:
        return None
    ends = [
        span.end for _, span in leg.stays if span.end >= answered_at and not (after and span.start > after)
    ]
    return ends[-1] if ends else leg.ended_at


def _line(stay: Stay, scene: Scene) -> dt.datetime | None:
    return stay.exit.at if stay.exit else stay.left_at or scene.legs[stay.leg].ended_at


def _outcome(stay: Stay, scene: Scene) -> str | None:
    if stay.answer:
        return "answered"
    if stay.exit and (stay.exit.source != "ami" or _is_gone(scene.legs[stay.leg], stay.exit.at)):
        return stay.exit.reason
    return "lost" if scene.vanished_at else None


def _is_gone(leg: Leg, at: dt.datetime) -> bool:
    """The manager calls a time-out abandoned as well: only of one who is gone it is believed."""
    return leg.ended_at is not None and leg.ended_at - at < AT_ONCE


def _who_answered(stay: Stay, window: Span | None, scene: Scene) -> str | None:
    """Who first talked with the caller, if we know his name; if nobody did, whom the queue named."""
    if window is None or stay.answer is None:
        return None
    talks = scene.talks(window)
    return min(talks, key=lambda talk: talk[0].start)[1] if talks else stay.answer.agent


def _ended_by(window: Span, scene: Scene, passed_on: bool) -> str | None:
    """transfer, if the caller was passed on; else whoever left first: the caller's leaving ends all talk."""
    moves = (event.at for event in scene.events if isinstance(event, Transferred))
    if passed_on or any(window.start <= at <= window.end for at in moves):
        return "transfer"
    if scene.vanished_at:
        return None
    caller_hung_up = scene.caller.ended_by == scene.caller.channel
    return scene.left_first(window) or ("caller" if caller_hung_up else "agent")
