"""A supervisor's deed, from the wish to the audit log: the same for the command line and for feature codes."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from ami.hands import Desk, Hands
from ami.noting import Note, Noting
from callcenter import audit
from callcenter.agents.conversation import Channel, Conversation, call_at, conversation
from callcenter.agents.seating import logged_in
from callcenter.agents.supervision import Deed, check_right
from callcenter.errors import NotFound
from callcenter.ports import Clock
from callcenter.site import Site
from schema.session import reading


@dataclass(frozen=True)
class Wish:
    """``who`` (an agent's number, or empty) wishes ``deed`` done at ``desk`` to a call, or to an agent's call."""

    who: str
    via: str
    deed: Deed
    desk: Desk
    call_id: str = ""
    agent: str = ""


class Supervising:
    """Checks, writes down, does, and writes down what became of it."""

    def __init__(self, hands: Hands, sessions: sessionmaker[Session], site: Site, clock: Clock) -> None:
        self._hands = hands
        self._sessions = sessions
        self._site = site
        self._noting = Noting(sessions, clock)

    async def carry_out(self, wish: Wish) -> None:
        """Raises what kept it from being done; the audit log has it then as well.

        Without an audit log nothing is done, and NotWritten says so.
        """
        with audit.closed_without():
            seats = await asyncio.to_thread(self._seats)
        note = Note(wish.who or wish.desk.endpoint, wish.via, wish.deed, wish.call_id, wish.agent)
        async with self._noting.of(note) as begun:
            check_right(self._site, wish.who)
            channels = await self._hands.channels()
            note.call_id = wish.call_id or call_at(channels, _seat_of(seats, wish.agent))
            talk = conversation(channels, note.call_id)
            ours = self._whose(wish, talk, seats)
            note.agent = next(
                (agent for agent, seat in seats.items() if seat == ours.endpoint), ours.endpoint
            )
            await begun()
            await self._do(wish, talk, ours)

    def _whose(self, wish: Wish, talk: Conversation, seats: dict[str, str]) -> Channel:
        names = self._endpoints()
        if wish.deed == "pick_up":
            return talk.rings(names)
        if wish.agent:
            mine = {_seat_of(seats, wish.agent)}
            return talk.colleague(mine)
        return talk.colleague(names)

    async def _do(self, wish: Wish, talk: Conversation, ours: Channel) -> None:
        hands, desk = self._hands, wish.desk
        if wish.deed == "disconnect":
            await hands.disconnect(ours)
        elif wish.deed == "take_over":
            await hands.take_over(talk, ours, talk.party(self._endpoints()), desk)
        elif wish.deed == "pick_up":
            await hands.pick_up(talk, ours, desk)
        else:
            await hands.spy(wish.deed, talk, ours, desk)

    def _endpoints(self) -> Collection[str]:
        return {seat.name for seat in self._site.seats}

    def _seats(self) -> dict[str, str]:
        with reading(self._sessions) as session:
            return {login.agent: login.seat for login in logged_in(session)}


def _seat_of(seats: dict[str, str], agent: str) -> str:
    if agent not in seats:
        raise NotFound(f"agent {agent} is not logged in; see hotline agents list")
    return seats[agent]
