"""Wishes of agents' feature codes (``ami/wishes.py``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ami.members import reconcile, take_out
from ami.protocol import Message
from callcenter.agents import seating as agents
from schema.session import reading

if TYPE_CHECKING:
    from ami.wishes import Tools


async def members(tools: Tools, message: Message) -> None:
    """The queues follow who is logged in and paused. ``Again``: an agent whose wrap-up is over before its time."""

    def wanted() -> Iterable[agents.Membership]:
        with reading(tools.sessions) as session:
            return agents.wanted(session, tools.site(), tools.clock())

    if message.get("Again"):
        await take_out(tools.phone, message["Again"])
    await reconcile(tools.phone, wanted)
