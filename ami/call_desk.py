"""What may be asked to be done to calls, by command or over HTTP: checked, written down, done.

The numbers are dialled by the rights of the agent who acts. Without an audit log nothing is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager

from ami.dialling import dial, new_call_id
from ami.hands import Desk, Hands
from ami.members import Manager
from ami.noting import Note, Noting
from ami.pushing import Pushing
from ami.supervising import Supervising, Wish
from callcenter import audit
from callcenter.agents.conversation import Channel, Conversation
from callcenter.agents.seating import logged_in, seats_of
from callcenter.agents.supervision import Deed
from callcenter.audit import Actor
from callcenter.errors import HotlineError, NotFound
from callcenter.ports import App
from callcenter.routing.desks import around
from callcenter.routing.inside import begin
from callcenter.routing.inside_call import House
from callcenter.routing.number_plan import NumberPlan
from callcenter.site_file.published import Published

Connect = Callable[[], AbstractAsyncContextManager[Manager]]
"""Gives a manager connection that is up. Raises Unreachable."""
NOWHERE = ("unknown_number", "not_allowed")


class CallDesk:
    """Deeds on calls; each raises HotlineError with what kept it from being done."""

    def __init__(self, app: App, connect: Connect) -> None:
        self._app = app
        self._connect = connect

    async def dial(self, by: Actor, agent: str, number: str) -> str:
        """Ring an agent's phone, then ``number``; gives the call's id at once."""
        seat, seat_number = await asyncio.to_thread(self._place, agent)
        note = Note(by.by, by.via, "dial", new_call_id(), agent, number)
        async with self._connect() as manager, self._noting.of(note) as begun:
            await begun()
            await dial(manager, seat, seat_number, number, note.call_id)
        return note.call_id

    async def transfer(
        self, by: Actor, call_id: str, number: str, *, attended: bool = False, agent: str | None = None
    ) -> str:
        """Pass a call on, ``attended``: let the agent speak with ``number`` first. Gives the agent's seat."""
        note = Note(by.by, by.via, "consult" if attended else "transfer", call_id, agent or "", number)
        async with self._connect() as manager, self._noting.of(note) as begun:
            hands = Hands(manager)
            _, ours = await self._talk(hands, note, agent)
            await asyncio.to_thread(self._check_number, ours.endpoint, number)
            await begun()
            await (hands.consult if attended else hands.pass_on)(ours, number)
        return ours.endpoint

    async def complete(self, by: Actor, call_id: str, agent: str | None = None) -> str:
        """Hand the call to whom the agent speaks with. Gives the agent's seat."""
        return await self._end_consultation(Note(by.by, by.via, "complete", call_id, agent or ""), agent)

    async def cancel(self, by: Actor, call_id: str, agent: str | None = None) -> str:
        """Back from a consultation to the caller. Gives the agent's seat."""
        return await self._end_consultation(Note(by.by, by.via, "cancel", call_id, agent or ""), agent)

    async def _end_consultation(self, note: Note, agent: str | None) -> str:
        async with self._connect() as manager, self._noting.of(note) as begun:
            hands = Hands(manager)
            talk = await hands.conversation(note.call_id)
            ours = talk.consulting(await asyncio.to_thread(self._seats_of, agent))
            note.agent = await asyncio.to_thread(self._agent_at, ours)
            await begun()
            await (hands.complete if note.deed == "complete" else hands.cancel)(ours)
        return ours.endpoint

    async def add(
        self,
        by: Actor,
        call_id: str,
        *,
        number: str | None = None,
        colleague: str | None = None,
        agent: str | None = None,
    ) -> str:
        """Make it a talk of three, with a ``number`` or a ``colleague``. Returns when they have joined; who it is."""
        third = number or colleague or ""
        note = Note(by.by, by.via, "add", call_id, agent or "", third)
        async with self._connect() as manager, self._noting.of(note) as begun:
            if colleague:
                await asyncio.to_thread(self._seat_of, colleague)
            hands = Hands(manager)
            talk, ours = await self._talk(hands, note, agent)
            await asyncio.to_thread(self._check_number, ours.endpoint, third)
            party = talk.party(await asyncio.to_thread(self._seats_of, None))
            await begun()
            await hands.add(talk, ours, party, third)
        return third

    async def supervise(
        self, by: Actor, deed: Deed, call_id: str, supervisor: str, agent: str | None = None
    ) -> None:
        """Listen, whisper, barge in, disconnect, take over, pick up; the log names the supervisor."""
        with audit.closed_without():
            site = await asyncio.to_thread(self._app.site)
            at_a_phone = deed != "disconnect"
            endpoint = await asyncio.to_thread(self._seat_of, supervisor) if at_a_phone else ""
        async with self._connect() as manager:
            supervising = Supervising(Hands(manager), self._app.sessions(), site, self._app.clock)
            await supervising.carry_out(Wish(supervisor, by.via, deed, Desk(endpoint), call_id, agent or ""))

    async def survey(self, by: Actor, call_id: str, name: str | None = None) -> str:
        """Send the caller to the survey. Gives its name; empty: the queue's own."""
        note = Note(by.by, by.via, "survey", call_id, to=name)
        async with self._connect() as manager, self._noting.of(note) as begun:
            await begun()
            return (await Pushing(manager, self._app.site).push(call_id, name)).survey

    @property
    def _noting(self) -> Noting:
        return Noting(self._app.sessions(), self._app.clock)

    async def _talk(self, hands: Hands, note: Note, agent: str | None) -> tuple[Conversation, Channel]:
        """The call now, and the phone of the agent who acts; the note then says whose talk it is."""
        talk = await hands.conversation(note.call_id)
        ours = talk.colleague(await asyncio.to_thread(self._seats_of, agent))
        note.agent = await asyncio.to_thread(self._agent_at, ours)
        return talk, ours

    # ── these block ──────────────────────────────────────────────────────────

    def _check_number(self, seat: str, number: str) -> None:
        """Raises HotlineError for a number that leads nowhere: the caller would be sent off in vain."""
        site = self._app.site()
        plan = NumberPlan.of(site)
        with self._app.sessions(read_only=True)() as session:
            desks = around(session, plan, number, seat)
        decision = begin(House(Published(site), plan, self._app.clock(), desks), seat, number)
        if decision.act == "refuse" and decision.argument in NOWHERE:
            reasons = "; ".join(decision.reasons)
            raise HotlineError(f"nothing was done: {reasons}")

    def _place(self, agent: str) -> tuple[str, str]:
        """The agent's seat and its number."""
        with self._app.sessions(read_only=True)() as session:
            seat = seats_of(session, [agent]).get(agent)
        if seat is None:
            raise NotFound(f"agent {agent} is not logged in; see hotline agents list")
        return seat, NumberPlan.of(self._app.site()).numbers.get(seat, "")

    def _seats_of(self, agent: str | None) -> Collection[str]:
        """Where this agent sits, or every seat."""
        return {self._seat_of(agent)} if agent else {seat.name for seat in self._app.site().seats}

    def _seat_of(self, agent: str) -> str:
        if agent not in {one.number for one in self._app.site().agents}:
            raise NotFound(f"there is no agent {agent}; see hotline agents list")
        with self._app.sessions(read_only=True)() as session:
            found = seats_of(session, [agent]).get(agent)
        if found is None:
            raise HotlineError(f"agent {agent} is not logged in; see hotline agents list")
        return found

    def _agent_at(self, ours: Channel) -> str:
        """Who sits at this phone; its name where nobody is logged in."""
        with self._app.sessions(read_only=True)() as session:
            found = (login.agent for login in logged_in(session) if login.seat == ours.endpoint)
            return next(found, ours.endpoint)
