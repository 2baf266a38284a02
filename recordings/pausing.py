"""Silence in a recording while a caller says what must not be kept: a card's number.

MixMonitorMute writes silence; the file keeps its length. The row of the pause is written before Asterisk is told,
so a pause is known whoever dies: Asterisk keeps the silence up without a listener, and the next listener ends it in
its time. What can't be done leaves the leg silent, never recorded.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError
from callcenter.ports import Clock, PhoneSystem
from callcenter.site import Site
from recordings import pauses
from recordings.pauses import Talk
from schema.config import Audit
from schema.recordings import RecordingPause
from schema.refusal import first_line

log = structlog.get_logger()
LOOK_SECONDS = 1.0
REMIND_SECONDS = 3
"""The agent hears so long before it that a pause ends by itself."""
TIME = "time"
"""What ends a pause that nobody ended."""
SHORTEST_SECONDS = 5
"""How long an unknown leg's pause lasts: the rules could not be read."""
Message = Mapping[str, str]


class Pausing:
    """Begins and ends pauses, and writes who did so into the audit log.

    ``site`` blocks, as sessions do; those of ``reading`` wait for no writer. ``remind`` lets the agent at a channel,
    and nobody else, hear a tone.
    """

    def __init__(
        self,
        phone: PhoneSystem,
        session: Callable[[], Session],
        reading: Callable[[], Session],
        site: Callable[[], Site],
        clock: Clock,
        remind: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._phone = phone
        self._remind = remind
        self._reminded: set[int] = set()
        """Rows of pauses whose agents have been reminded."""
        self._session = session
        self._reading = reading
        self._site = site
        self._clock = clock
        self._paused: dict[str, str] = {}
        """Call → who paused it."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def pause(self, subject: str, by: str | None = None) -> list[Talk]:
        """Pause the recordings of a call, an agent or a leg; gives the legs. Raises HotlineError.

        ``by`` None: the leg's own agent.
        """
        found = await asyncio.to_thread(self._begin, subject, by)
        done, refused = [], []
        for talk, is_new in found.items():
            try:
                await self._silence(talk, is_new)
            except Refused as error:
                refused.append(error)
                continue
            done.append(talk)
            if is_new:
                await self._audit(talk, "pause", _by(by, talk))
            self._paused[talk.call_id] = _by(by, talk)
            log.info("recording.paused", call=talk.call_id, leg=talk.uniqueid, by=_by(by, talk))
        if refused and not done:
            raise refused[0]
        return done

    async def resume(self, subject: str, by: str | None = None) -> list[Talk]:
        """End the pauses of a call, an agent or a leg; gives the legs. Raises HotlineError."""
        rows = await asyncio.to_thread(self._lasting, subject)
        for talk in rows:
            await self._resume(talk, _by(by, talk))
            await self._audit(talk, "resume", _by(by, talk))
        return rows

    def hear_start(self, message: Message) -> None:
        """A leg begins to be recorded, before it is joined: in a paused call it begins silent."""
        by = self._paused.get(message.get("Linkedid", ""))
        if by is not None:
            self._go(self._pause_newcomer(message, by))

    async def run(self) -> None:
        """End the pauses whose time is up, until cancelled."""
        while True:
            try:
                await self._look()
            except (SQLAlchemyError, HotlineError) as error:
                log.warning("recording.pauses_put_off", reason=first_line(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        rows = await asyncio.to_thread(self._rows)
        self._paused = {row.call_id: row.by for row in rows}
        now = self._clock()
        self._reminded &= {row.id for row in rows}
        for row in rows:
            if row.resume_at <= now:
                log.warning("recording.resumed_by_itself", call=row.call_id, leg=row.uniqueid, by=row.by)
                talk = Talk(row.call_id, row.uniqueid, row.channel)
                await self._resume(talk, TIME)
                await self._audit(talk, "resume", TIME)
            elif row.resume_at <= now + dt.timedelta(seconds=REMIND_SECONDS):
                await self._say_it_goes_on(row)

    async def _say_it_goes_on(self, row: RecordingPause) -> None:
        """Once; who can't be told is not told."""
        if self._remind is None or row.id in self._reminded:
            return
        self._reminded.add(row.id)
        try:
            await self._remind(row.channel)
        except HotlineError as error:
            log.warning("recording.not_reminded", call=row.call_id, leg=row.uniqueid, error=str(error))

    async def _audit(self, talk: Talk, deed: str, by: str) -> None:
        detail = {"call": talk.call_id, "agent": talk.agent}
        row = {"at": self._clock(), "by": by, "action": f"recording.{deed}", "subject": talk.uniqueid}

        def write(session: Session) -> None:
            session.add(Audit(**row, detail=detail))

        await asyncio.to_thread(self._write, write)

    async def toggle(self, message: Message) -> None:
        """An agent pressed the key: the pause begins, or ends. Raises HotlineError."""
        uniqueid = message["Uniqueid"]
        try:
            if not await self.resume(uniqueid):
                await self.pause(uniqueid)
        except SQLAlchemyError as error:
            log.exception("recording.pause_without_row", leg=uniqueid, reason=first_line(error))
            await self._mute(message["Channel"], silent=True)

    async def _pause_newcomer(self, message: Message, by: str) -> None:
        talk = Talk(message["Linkedid"], message["Uniqueid"], message["Channel"], SHORTEST_SECONDS)
        is_new = await asyncio.to_thread(self._begin_newcomer, talk, by)
        await self._silence(talk, is_new)

    async def _silence(self, talk: Talk, is_new: bool) -> None:
        try:
            await self._mute(talk.channel, silent=True)
        except HotlineError:
            if is_new:
                await asyncio.to_thread(
                    self._write, pauses.end, talk.uniqueid, self._clock(), pauses.NOT_DONE
                )
            raise
        if is_new:
            await asyncio.to_thread(self._write, pauses.began, talk.uniqueid, self._clock())

    async def _resume(self, talk: Talk, by: str) -> None:
        self._paused.pop(talk.call_id, None)
        at = self._clock()
        try:
            await self._mute(talk.channel, silent=False)
        except Refused:
            by = pauses.END  # the leg is gone
        await asyncio.to_thread(self._write, pauses.end, talk.uniqueid, at, by)
        log.info("recording.resumed", call=talk.call_id, leg=talk.uniqueid, by=by)

    async def _mute(self, channel: str, *, silent: bool) -> None:
        fields = {"Channel": channel, "Direction": "both", "State": "1" if silent else "0"}
        answer = await self._phone.action("MixMonitorMute", fields)
        if answer.get("Response") != "Success":
            raise Refused(f"{channel}: {answer.get('Message', 'Asterisk refused')}")

    def _begin(self, subject: str, by: str | None) -> dict[Talk, bool]:
        """The legs, and whether their pause is new."""
        site = self._site()
        with self._session() as session, session.begin():
            found = pauses.talks(session, site, subject)
            return {talk: pauses.begin(session, talk, self._clock(), _by(by, talk)) for talk in found}

    def _begin_newcomer(self, talk: Talk, by: str) -> bool:
        """It ends with the pause of the call it came into."""
        with self._session() as session, session.begin():
            until = max((row.resume_at for row in pauses.lasting(session, talk.call_id)), default=None)
            is_new = pauses.begin(session, talk, self._clock(), by)
            for row in pauses.lasting(session, talk.uniqueid):
                row.resume_at = until or row.resume_at
        return is_new

    def _lasting(self, subject: str) -> list[Talk]:
        site = self._site()
        with self._reading() as session:
            mine = {talk.uniqueid: talk for talk in pauses.talks(session, site, subject)}
            return [mine[row.uniqueid] for row in pauses.lasting(session) if row.uniqueid in mine]

    def _rows(self) -> list[Any]:
        with self._reading() as session:
            return pauses.lasting(session)

    def _write(self, change: Callable[..., None], *values: object) -> None:
        with self._session() as session, session.begin():
            change(session, *values)

    def _go(self, work: Coroutine[Any, Any, object]) -> None:
        task: asyncio.Task[Any] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("recording.pause_failed", exc_info=error)


def _by(by: str | None, talk: Talk) -> str:
    """A key was pressed where nobody has given a name: by whom it was, as far as is known."""
    return by or (f"agent {talk.agent}" if talk.agent else f"phone {talk.channel.rpartition('-')[0]}")


class Refused(HotlineError):
    """Asterisk did not mute: the channel is gone, or is not recorded."""
