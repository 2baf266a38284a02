"""What may be asked to be done to agents, by command or over HTTP: written, audited, and the queues follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlalchemy.orm import Session

from ami.call_desk import Connect
from ami.members import reconcile, take_out
from callcenter.agents import seating
from callcenter.audit import Actor
from callcenter.errors import Unreachable
from callcenter.ports import AgentDeed, App
from callcenter.routing import desks
from callcenter.routing.number_plan import NumberPlan
from schema.config import Audit


class AgentDesk:
    """Deeds on agents; each raises HotlineError with what kept it from being done."""

    def __init__(self, app: App, connect: Connect) -> None:
        self._app = app
        self._connect = connect

    async def log_in(self, by: Actor, agent: str, seat: str) -> AgentDeed:
        """Seat an agent and put them into their queues."""

        def work(session: Session) -> str:
            site = self._app.site()
            already = seating.seats_of(session, [agent]).get(agent) == seat
            seating.log_in(session, site, agent, seat, self._app.clock)
            desks.follow(session, NumberPlan.of(site), [agent], self._app.clock)
            return f"agent {agent} is logged in {'there already' if already else f'at {seat}'}"

        return await self._done(by, "login", agent, work)

    async def log_out(self, by: Actor, agent: str) -> AgentDeed:
        """Take an agent out of their queues."""

        def work(session: Session) -> str:
            seating.log_out(session, agent, self._app.clock)
            return f"agent {agent} is logged out"

        return await self._done(by, "logout", agent, work)

    async def pause(self, by: Actor, agent: str, reason: str = "") -> AgentDeed:
        """Send an agent no calls for a while."""

        def work(session: Session) -> str:
            known = seating.known_reason(self._app.site(), reason)
            seating.pause(session, agent, known, self._app.clock)
            return f"agent {agent} is paused: {known}"

        return await self._done(by, "pause", agent, work)

    async def unpause(self, by: Actor, agent: str) -> AgentDeed:
        """Send a paused agent calls again."""

        def work(session: Session) -> str:
            desks.end_pause(session, NumberPlan.of(self._app.site()), agent, self._app.clock)
            return f"agent {agent} is no longer paused"

        return await self._done(by, "unpause", agent, work)

    async def follow(self, said: str, again: str | None = None) -> AgentDeed:
        """Let the queues follow what was done. ``again``: this agent's members are taken out first, for a new one
        has no wrap-up to end.
        """
        try:
            async with self._connect() as manager:
                if again is not None:
                    await take_out(manager, again)
                return AgentDeed(said, await reconcile(manager, self._wanted))
        except Unreachable as error:
            return AgentDeed(said, None, str(error))

    async def _done(self, by: Actor, deed: str, agent: str, work: Callable[[Session], str]) -> AgentDeed:
        def write() -> str:
            with self._app.sessions().begin() as session:
                said = work(session)
                detail = {"via": by.via, "did": said}
                action = f"agent.{deed}"
                session.add(
                    Audit(at=self._app.clock(), by=by.by, action=action, subject=agent, detail=detail)
                )
                return said

        return await self.follow(await asyncio.to_thread(write))

    def _wanted(self) -> list[seating.Membership]:
        """What the queues should hold; blocks."""
        with self._app.sessions(read_only=True)() as session:
            return seating.wanted(session, self._app.site(), self._app.clock())
