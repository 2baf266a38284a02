"""What a check finds, and what checks look at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, NamedTuple

from callcenter.errors import HotlineError
from callcenter.ports import App, AsteriskConsole
from callcenter.site import Site

State = Literal["ok", "warning", "wrong", "skipped"]


class Finding(NamedTuple):
    """``mend``: what to do about it; None when all is well. ``skipped``: it could not be looked at."""

    state: State
    text: str
    mend: str | None = None


def ok(text: str) -> Finding:
    """All is well."""
    return Finding("ok", text)


def warning(text: str, mend: str) -> Finding:
    """It works, and may not for long."""
    return Finding("warning", text, mend)


def wrong(text: str, mend: str) -> Finding:
    """Calls are lost, unsafe or not counted until it is mended."""
    return Finding("wrong", text, mend)


class NotNow(HotlineError):
    """A check needs something that another check reports as missing."""


class Answers(NamedTuple):
    """What the manager interface said: its clock (seconds since 1970), and every queue member."""

    clock: float | None
    members: list[tuple[str, str]]
    """(queue, interface)."""


class Look:
    """One look at the installation; what several checks need is asked once."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.settings = app.settings

    @cached_property
    def site(self) -> Site:
        """The site in the database. Raises HotlineError or SQLAlchemyError."""
        return self.app.site()

    @cached_property
    def console(self) -> AsteriskConsole:
        """The running Asterisk's console. Raises NotNow."""
        found = self.app.console()
        if found is None:
            raise NotNow("Asterisk is not running")
        return found

    @cached_property
    def missing_prompts(self) -> list[str]:
        """Sounds that are not made yet, as ``name (language)``."""
        return [f"{each.name} ({each.language})" for each in self.app.prompt_states() if each.path is None]

    @cached_property
    def rendered(self) -> Mapping[str, str]:
        """Every file the site asks for. Raises NotNow while prompts are missing: it would make them."""
        if self.missing_prompts:
            raise NotNow("prompts are missing")
        return self.app.rendered()

    @cached_property
    def applier(self) -> Any:
        """Knows what is live (``dialplan_templates.apply.Applier``)."""
        return self.app.applier()

    @cached_property
    def manager(self) -> Answers:
        """One conversation with the manager interface. Raises Unreachable."""
        return asyncio.run(self._ask())

    async def _ask(self) -> Answers:
        async with self.app.manager() as manager:
            pong = await manager.action("Ping", {})
            rows = await manager.action_list("QueueStatus", {})
        members = [(row["Queue"], row["Location"]) for row in rows if row.get("Event") == "QueueMember"]
        return Answers(float(pong["Timestamp"]) if "Timestamp" in pong else None, members)


Check = Callable[[Look], Finding]


def few(names: Sequence[str], most: int = 5) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
