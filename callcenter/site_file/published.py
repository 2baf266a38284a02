"""A site as the hot path reads it: one read-only index, made once when a version is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from callcenter.agents.personal_queues import personal_queues
from callcenter.calendar import CalendarState, CompiledCalendar
from callcenter.flow_review.hours import closed_by_calendars
from callcenter.routing.rules import ready
from callcenter.site import Site
from callcenter.site.edge import Did
from callcenter.site.steps import Menu, QueueCall, Step


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Thing = TypeVar("Thing", bound=_Named)


def _by_name(things: Iterable[Thing]) -> dict[str, Thing]:
    return {thing.name: thing for thing in things}


class Published:
    """Look-ups over one version of a site. Read only, but for what calls leave to the next ones."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.zone = ZoneInfo(site.timezone)
        self.flows = _by_name(site.flows)
        self.steps = {(flow.name, name): step for flow in site.flows for name, step in flow.steps.items()}
        self.requests: dict[tuple[str, str, str], Any] = {}
        """Flow, step, language: what every caller is asked there alike, kept by the first walk that comes by."""
        self.ways: dict[tuple[str, str], Any] = {}
        """Trunk, number: the way of callers of whom nothing is known, kept by the first of them."""
        self.direct = {f".{queue.name}": _direct(queue.name) for queue in site.queues}
        """The steps of calls that are sent straight to a queue: they stand in no flow."""
        last = {queue.name for queue in site.queues if queue.last_agent}
        self.remembering = {
            where for where, step in self.steps.items() if isinstance(step, QueueCall) and step.queue in last
        } | {(flow.name, f".{queue}") for flow in site.flows for queue in last}
        """The steps in whose queue a caller's last agent is asked first."""
        self.rules = ready(site)
        self.personal = {queue.agent: queue.serves for queue in personal_queues(site)}
        """The agents who may be asked for, and the queues that remember them."""
        self.trunks = _by_name(site.trunks)
        self.links = {peer.trunk: peer for peer in site.peers}
        """The sites this one is linked to, by the trunk that leads there."""
        self.queues = _by_name(site.queues)
        self.surveys = _by_name(site.surveys)
        self.calendars = {calendar.name: CompiledCalendar(calendar) for calendar in site.calendars}
        self.unannounced = {c.name: c.unannounced_years for c in site.calendars if c.unannounced_years}
        """The calendars that do not know the holidays of some years, and these years."""
        self.prompts = _by_name(site.prompts)
        self.dids: dict[tuple[str | None, str], Did] = {(did.trunk, did.number): did for did in site.dids}
        self.by_number = {did.number: did for did in reversed(site.dids)}
        """The first of each number, for callers who come in on no trunk."""
        self.menus = [
            (f.name, s) for f in site.flows for s, step in f.steps.items() if isinstance(step, Menu)
        ]
        """Every menu, so that a cursor can remember one by its number."""
        self.menu_numbers = {menu: number for number, menu in enumerate(self.menus)}

    @cached_property
    def closing_by_themselves(self) -> frozenset[str]:
        """The flows that lead to nobody before a calendar was asked: an emergency closing closes them."""
        return closed_by_calendars(self.site)

    def step(self, flow: str, name: str) -> Step | None:
        """A step by where it stands; one that begins with a dot is of ``direct``."""
        return self.steps.get((flow, name)) or self.direct.get(name)

    def calendar_state(self, name: str, at: dt.datetime) -> CalendarState | None:
        """What the calendar says at an aware moment; None when there is no such calendar."""
        calendar = self.calendars.get(name)
        return None if calendar is None else calendar.state_at(at)

    def language_of(self, prompt: str, wanted: str) -> str | None:
        """The language to speak a prompt in: the one wanted, else the site's first that has it, else None."""
        found = self.prompts.get(prompt)
        languages = () if found is None else (wanted, *self.site.languages)
        return next(
            (each for each in languages if found and (each in found.audio or each in found.text)), None
        )


def _direct(queue: str) -> QueueCall:
    """Nobody there: the way of every call; else the operator of the flow."""
    return QueueCall.model_construct(
        kind="queue", queue=queue, timeout="@operator", full="@operator", nobody="@start"
    )
