"""Follows agents: wrap-up after a call, pauses after missed calls, phones that vanish and come back.

Handlers only hand over; the work goes on in ``run``, in order, and waits there while the database is away.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from ami import actions
from ami.members import OURS, Manager, reconcile, take_out
from ami.protocol import Message
from ami.serving import Served, Serving
from callcenter.agents import missed_calls, states
from callcenter.agents import seating as service
from callcenter.agents.personal_queues import wrapup_seconds
from callcenter.agents.presence import Presence, pace
from callcenter.errors import HotlineError, NotFound
from callcenter.ports import Clock
from callcenter.site import Site
from schema.refusal import first_line
from schema.session import reading

log = structlog.get_logger()
Work = Callable[[], bool]
"""Blocks; gives whether the queues have to follow."""
BOOT_SECONDS = 10.0
"""An Asterisk that has come up has asked every phone by now."""
SURE_SECONDS = 1.0
"""A phone that is back before is not told of: it signed in anew, or its endpoint was reloaded."""
LEFT_SECONDS = 0.5
"""A phone has been free so long and the queue does not say that the call is over: the caller was passed on."""
RETRY_SECONDS = 1.0
A_MOMENT = 0.05
"""After a wrap-up's end it is over for sure."""
MOST_WORK = 10_000


class AgentWatch:
    """The agents of one Asterisk. ``hear_*`` are the listener's handlers. ``site`` blocks."""

    def __init__(
        self, manager: Manager, sessions: sessionmaker[Session], site: Callable[[], Site], clock: Clock
    ) -> None:
        self._manager = manager
        self._sessions = sessions
        self._read_site = site
        self._reloads = 0
        self._site: tuple[int, Site] | None = None
        """After how many reloads it was asked for: one that comes while it is read makes it old."""
        self._clock = clock
        self._serving = Serving()
        self._presence = Presence()
        self._work: asyncio.Queue[Work] = asyncio.Queue(MOST_WORK)
        self._look_at: float | None = None
        self._at_end: asyncio.TimerHandle | None = None

    def listen(self, on: Callable[[str, Callable[[Message], None]], None]) -> None:
        """Have the listener tell what is followed here."""
        on("AgentComplete", self.hear_complete)
        on("AgentRingNoAnswer", self.hear_missed)
        on("AgentConnect", self.hear_connect)
        on("ContactStatus", self.hear_contact)
        on("DeviceStateChange", self.hear_device)
        on("Pickup", self._serving.picked_up)
        on("FullyBooted", lambda _: self.look_later())
        on("QueueMemberPause", self.hear_pause)
        on("Reload", lambda _: self.hear_reload())

    def hear_complete(self, message: Message) -> None:
        """A call with an agent is over."""
        if not message.get("Interface", "").endswith(OURS):
            return
        if done_at := self._serving.complete(message, self._moment(message)):
            self._do(partial(self._wrap_up, message["MemberName"], message["Queue"], done_at))

    def hear_missed(self, message: Message) -> None:
        """An agent let a call ring."""
        if message.get("Interface", "").endswith(OURS):
            self._do(partial(self._count_missed, message["MemberName"], message["Queue"]))

    def hear_connect(self, message: Message) -> None:
        """An agent answered."""
        if message.get("Interface", "").endswith(OURS):
            self._serving.connect(message)
            self._do(partial(self._forget_missed, message["MemberName"]))

    def hear_pause(self, message: Message) -> None:
        """Somebody's wrap-up was made longer: Asterisk does not end that by itself."""
        if message.get("Paused") == "1" and message.get("PausedReason") == states.WRAPUP_REASON:
            self._do(lambda: True)

    def hear_contact(self, message: Message) -> None:
        """A phone answers, or does not."""
        self._presence.contact(message.get("EndpointName", ""), message.get("ContactStatus", ""))

    def hear_device(self, message: Message) -> None:
        """A phone's state is another."""
        technology, _, seat = message.get("Device", "").partition("/")
        if technology == "PJSIP" and message.get("State") == "NOT_INUSE":
            at = self._moment(message)
            for served in self._serving.free(seat, at):
                then = partial(self._left, served, at)
                asyncio.get_running_loop().call_later(LEFT_SECONDS, then)
        if technology == "PJSIP" and self._presence.device(seat, message.get("State", ""), self._clock()):
            asyncio.get_running_loop().call_later(SURE_SECONDS, self._do, partial(self._follow_phone, seat))

    def look_later(self) -> None:
        """Asterisk has come up, or the connection to it: compare with what it says of all phones then."""
        self._serving.forget()
        self._look_soon()

    def hear_reload(self) -> None:
        """Another site may be live, with seats whose phones Asterisk has told nothing of."""
        self._reloads += 1
        self._look_soon()

    def _look_soon(self) -> None:
        self._look_at = asyncio.get_running_loop().time() + BOOT_SECONDS

    async def run(self) -> None:
        """Work and ask phones, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_working())
            tasks.create_task(self._keep_asking())

    async def bring(self, again: str | None = None) -> None:
        """Let the queues follow, at once. ``again``: this agent's wrap-up is over before its time."""
        if again is not None:
            await take_out(self._manager, again)
        await reconcile(self._manager, self._wanted)
        end = await asyncio.to_thread(self._next_end)
        if self._at_end is not None:
            self._at_end.cancel()
        if end is not None:
            seconds = max((end - self._clock()).total_seconds(), 0.0) + A_MOMENT
            self._at_end = asyncio.get_running_loop().call_later(seconds, self._do, lambda: True)

    def _left(self, served: Served, at: dt.datetime) -> None:
        if self._serving.leave(served):
            self._do(partial(self._wrap_up, served.agent, served.queue, at, held=True))

    def _moment(self, message: Message) -> dt.datetime:
        """When it happened, which may be a while ago on a busy machine; manager.conf has timestampevents=yes."""
        at = message.get("Timestamp")
        return dt.datetime.fromtimestamp(float(at), dt.UTC) if at else self._clock()

    # ── work, in a thread ────────────────────────────────────────────────────

    def _wrap_up(self, agent: str, queue: str, at: dt.datetime, held: bool = False) -> bool:
        """``held``: app_queue does not keep the agent from being rung."""
        seconds = wrapup_seconds(self._known(), queue)
        if seconds:
            with self._sessions.begin() as session:
                states.wrap_up(session, service.seated(session, agent), at, seconds, held)
        return held

    def _count_missed(self, agent: str, queue: str) -> bool:
        most = next((one.pause_after_missed for one in self._known().queues if one.name == queue), 0)
        with self._sessions.begin() as session:
            if not missed_calls.missed(session, agent, most):
                return False
            service.pause(session, agent, service.MISSED_CALLS, self._clock)
        log.info("agent.paused", agent=agent, reason=service.MISSED_CALLS, missed=most)
        return True

    def _forget_missed(self, agent: str) -> bool:
        with reading(self._sessions) as session:
            has_missed = missed_calls.has_missed(session, agent)
        if has_missed:  # of few answers: most need no place among the writers
            with self._sessions.begin() as session:
                missed_calls.forget(session, agent)
        return False

    def _follow_phone(self, seat: str) -> bool:
        last_seen, site = self._presence.last_seen(seat), self._known()
        with self._sessions.begin() as session:
            agent = next((one.agent for one in service.logged_in(session) if one.seat == seat), None)
            if agent is None:
                return False
            if last_seen is None:
                became = service.phone_back(session, site, agent, self._clock())
            elif states.is_unreachable(session, agent):
                return False
            else:
                became = service.phone_gone(session, site, agent, last_seen)
        if became is not None:
            log.warning("agent.phone", agent=agent, seat=seat, became=became, last_seen=str(last_seen))
        return became in (service.LOGGED_OUT, states.PAUSED)

    def _known(self) -> Site:
        reloads = self._reloads
        if self._site is None or self._site[0] != reloads:
            self._site = reloads, self._read_site()
        return self._site[1]

    def _wanted(self) -> Iterable[service.Membership]:
        with reading(self._sessions) as session:
            return service.wanted(session, self._read_site(), self._clock())

    def _next_end(self) -> dt.datetime | None:
        with reading(self._sessions) as session:
            return min(states.held_wrap_ups(session, self._clock()).values(), default=None)

    def _seats(self) -> list[str]:
        with reading(self._sessions) as session:
            return [login.seat for login in service.logged_in(session)]

    # ── loops ────────────────────────────────────────────────────────────────

    def _do(self, work: Work) -> None:
        if self._work.full():
            log.error("agents.overflow", mend="is the database away?")
        else:
            self._work.put_nowait(work)

    async def _keep_working(self) -> None:
        while True:
            await self._through(await self._work.get())

    async def _through(self, work: Work) -> None:
        """Do it, again and again while the database is away; then the queues follow."""
        while True:
            try:
                if await asyncio.to_thread(work):
                    await self.bring()
            except NotFound:
                return  # logged out meanwhile
            except SQLAlchemyError as error:
                log.warning("agents.put_off", reason=first_line(error))
                await asyncio.sleep(RETRY_SECONDS)
                continue
            except HotlineError as error:
                log.warning("agents.not_followed", reason=first_line(error))  # the next look round brings it
            except Exception:  # of one event: the next ones must be followed
                log.exception("agents.set_aside")
            return

    async def _keep_asking(self) -> None:
        while True:
            seats: list[str] = []
            try:
                seats = await asyncio.to_thread(self._seats)
                await self._look_when_due()
                for seat in seats:
                    if self._presence.is_gone(seat, self._clock(), dt.timedelta(seconds=2 * SURE_SECONDS)):
                        self._do(partial(self._follow_phone, seat))  # somebody may have logged in at it
                    self._presence.ask(seat, self._clock())
                    await self._manager.action(*actions.qualify(seat))
                    await asyncio.sleep(pace(len(seats)))
            except (HotlineError, SQLAlchemyError) as error:
                log.debug("agents.not_asked", reason=first_line(error))
                await asyncio.sleep(RETRY_SECONDS)
            if not seats:
                await asyncio.sleep(RETRY_SECONDS)

    async def _look_when_due(self) -> None:
        if self._look_at is None or asyncio.get_running_loop().time() < self._look_at:
            return
        self._look_at = None
        self._do(lambda: True)
        for row in await self._manager.action_list(*actions.device_states()):
            if row.get("Event") == "DeviceStateChange":
                self.hear_device(Message(row))
