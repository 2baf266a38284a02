"""What phones wish to be done to a call that is up, by feature code."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ami import actions
from ami.hands import Desk, Hands
from ami.protocol import Message
from ami.supervising import Supervising, Wish
from callcenter import audit
from callcenter.agents.seating import logged_in
from callcenter.agents.supervision import DEEDS
from callcenter.errors import HotlineError
from schema.session import reading

if TYPE_CHECKING:
    from ami.wishes import Tools

REJECTED = 21
"""The Q.850 cause that a phone is told when its wish was not granted."""


async def supervise(tools: Tools, message: Message) -> None:
    """A supervisor dialled a feature code and an agent's number; their channel waits to be sent on."""
    channel, seat, deed = message["Channel"], message["Seat"], message["Deed"]
    if deed not in DEEDS:
        raise HotlineError(f"nobody knows how to {deed!r}")
    try:
        with audit.closed_without():
            site = await asyncio.to_thread(tools.site)
            who = await asyncio.to_thread(_sits_at, tools, seat)
        wish = Wish(who, f"phone {seat}", deed, Desk(seat, channel), agent=message["Agent"])
        await Supervising(Hands(tools.phone), tools.sessions, site, tools.clock).carry_out(wish)
    except HotlineError:
        await tools.phone.action(*actions.hangup(channel, REJECTED))
        raise
    if deed == "disconnect":
        await tools.phone.action(*actions.hangup(channel))


def _sits_at(tools: Tools, seat: str) -> str:
    """The agent who is logged in there; nobody: an empty text."""
    with reading(tools.sessions) as session:
        return next((login.agent for login in logged_in(session) if login.seat == seat), "")
