"""The worker's process put together: what goes on beside calls and hears none of their events. It holds no rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import structlog

from callcenter.health.end import WORKER, End, tell
from callcenter.health.house import House
from callcenter.health.journal import JournalLag
from callcenter.health.life import Life, worker_of
from callcenter.ports import Chore
from callcenter.systemd import keep_telling
from outreach.metrics import Waiting
from recordings.metrics import Sound
from recordings.removal import Removal
from recordings.room import Room, free_bytes
from recordings.upkeep import Upkeep

if TYPE_CHECKING:
    from cli import Hotline

log = structlog.get_logger()


class Working:
    """Made once, for ``hotline worker``."""

    def __init__(self, app: Hotline) -> None:
        self._app = app
        self._here = app.settings
        self._sessions, self._reading = app.sessions(), app.sessions(read_only=True)

    def chores(self) -> Sequence[Chore]:
        """All of them. Raises HotlineError or SQLAlchemyError when database or site are not there."""
        self._app.site()
        life = Life(self._sessions, worker_of(self._here.system_name), self._app.clock)
        life.say()
        copying, mail, messages = self._copying(), self._mail(), self._messages()
        log.info("worker.at_work", copies=bool(copying), mails=bool(mail), messages=bool(messages))
        return [life.run, *self._recordings(), *copying, *mail, *messages, *self._telling(life)]

    def _recordings(self) -> Sequence[Chore]:
        """Room on the disk, and what becomes of recordings and messages later."""
        app, here = self._app, self._here
        room = Room(here.recordings, self._sessions, self._reading, app.clock)
        upkeep = Upkeep(here.recordings, self._sessions, self._reading, app.site, app.clock)
        removal = Removal(self._sessions, app.console, here.system_name, app.clock, here.spool)
        return [room.run, upkeep.run, removal.run]

    def _copying(self) -> Sequence[Chore]:
        """What brings finished recordings to an object store, where there is one."""
        from recordings.copying import Copier
        from recordings.store import store_of

        here, app = self._here, self._app
        store = store_of(here, app.secrets.known)
        if store is None:
            return []
        return [Copier(store, here.recordings, self._sessions, app.clock, here.recordings_local_days).run]

    def _mail(self) -> Sequence[Chore]:
        """What sends mails, where there is a server to give them to."""
        here = self._here
        if here.smtp_host is None:
            return []
        from outreach.mailer import mailer
        from outreach.post import Server, post

        password = self._app.secrets("smtp/password") if here.smtp_user else None
        server = Server(here.smtp_host, here.smtp_port, here.smtp_tls, here.smtp_user, password)
        give = partial(post, server)
        return [mailer(self._sessions, here.spool, here.mail_from, give, self._app.clock).run]

    def _messages(self) -> Sequence[Chore]:
        """What sends links to survey pages, where there are pages and a gateway to give messages to."""
        here, app = self._here, self._app
        if here.sms_url is None or here.web_url is None:
            return []
        from callcenter.sms_fields import parse
        from outreach.invitations import inviting
        from outreach.sms import Gateway, Message, send

        gateway = Gateway(here.sms_url, here.sms_form, parse(here.sms_fields), here.sms_taken)

        async def give(message: Message) -> None:
            await send(replace(gateway, token=app.secrets.known("sms/token")), message)

        return [inviting(self._sessions, app.site, here.web_url, give, app.clock).run]

    def _telling(self, life: Life) -> Sequence[Chore]:
        """What says how this process and its house are."""
        app, here = self._app, self._here
        if here.health_port is None:
            return [keep_telling]
        house = House(self._reading, lambda: app.live_site()[0], app.clock)
        sound = Sound(app.unfinished_recordings, lambda: free_bytes(here.recordings))
        waiting = Waiting(self._reading, app.clock)
        end = End(WORKER, [house, sound, waiting, JournalLag(here.journal)], life.troubles)
        return [keep_telling, partial(tell, here, end), house.run, sound.run, waiting.run]
