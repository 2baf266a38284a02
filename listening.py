"""The listener's process put together: what follows Asterisk, and what goes on beside it. It holds no rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ami.agent_watch import AgentWatch
from ami.announcer import Announcer
from ami.board_watch import BoardWatch
from ami.bookkeeper import Bookkeeper
from ami.conferences import Conferences
from ami.connection import AmiConnection
from ami.forgotten_rows import ForgottenRows
from ami.known_site import KnownSite
from ami.ledger_reader import LedgerReader
from ami.legs import RecordedLegs
from ami.listener import Listener
from ami.metrics import Followed, Sound
from ami.process import Watch
from ami.room_names import RoomNames
from ami.saying import say
from ami.seating import Seating
from ami.steady import Steady
from ami.trunk_watch import TrunkWatch
from ami.virtual_hold import VirtualHold
from ami.wishes import WISHES, Tools, Wishes
from callcenter.agents.seating import Membership, wanted
from callcenter.health.end import LISTENER, End, tell
from callcenter.health.house import House
from callcenter.health.journal import JournalLag
from callcenter.journey import JourneyBook
from callcenter.manager_events import LISTENED
from callcenter.queues.paces import paces
from callcenter.sms_fields import parse
from callcenter.survey.inviter import Inviter
from callcenter.systemd import keep_telling
from outreach.invitations import inviting
from outreach.mailer import mailer
from outreach.post import Server, post
from outreach.sms import Gateway, Message, send
from recordings.capture import Capture
from recordings.catalogue import Catalogue
from recordings.copying import Copier
from recordings.finishing import Finisher
from recordings.integrity import repair
from recordings.pausing import Pausing
from recordings.policy import LegPolicy
from recordings.removal import Removal
from recordings.room import Room, free_bytes
from recordings.store import store_of
from recordings.upkeep import Upkeep
from recordings.voicemail import Mailboxes

if TYPE_CHECKING:
    from cli import Hotline

Chore = Callable[[], Coroutine[Any, Any, None]]


class Listening:
    """Made once, for ``hotline ami``."""

    def __init__(self, app: Hotline) -> None:
        self._app = app
        self._here = app.settings
        self._sessions, self._reading = app.sessions(), app.sessions(read_only=True)
        self._policy = LegPolicy(app.site())
        self._seating = Seating()
        self._connection = AmiConnection(
            app.account(),
            wanted=LISTENED,
            on_event=lambda message: self._watch.on_event(message),
            on_state=lambda up, at, reason: self._watch.on_state(up, at, reason),
            clock=app.clock,
        )
        self._pausing = Pausing(
            self._connection, self._sessions, self._reading, app.site, app.clock, self._remind
        )
        self._watch = self._put_together()

    def watch(self) -> Watch:
        """The listener, with all that hears its events and all that goes on beside it."""
        self._hear_wishes()
        self._watch.chores = [
            *self._hearing(),
            *self._recording(),
            *self._mail(),
            *self._messages(),
            *self._telling(),
        ]
        return self._watch

    def _known(self) -> KnownSite:
        self._policy.site = self._app.site()
        return KnownSite.of(self._policy.site, self._seating.agent_at)

    def _members(self) -> list[Membership]:
        with self._reading() as session:
            return wanted(session, self._app.site(), self._app.clock())

    def _lately(self, until: dt.datetime) -> Mapping[str, Sequence[float]]:
        with self._reading() as session:
            return paces(session, self._app.site(), until)

    def _put_together(self) -> Watch:
        site, here, clock = self._known(), self._here, self._app.clock
        inviter = Inviter(self._sessions, self._app.site)
        keeper = Bookkeeper(self._sessions, here.system_name, site.surveys, self._seating, inviter)
        positions, seen_at = keeper.positions()
        finisher = Finisher(Catalogue(self._sessions, here.recordings), here.spool, self._policy)
        capture = Capture(self._connection, finisher, here.spool)
        self._listener = Listener(
            JourneyBook(site.endpoints),
            LedgerReader(here.log, positions),
            keeper,
            RecordedLegs(capture, site.recorded),
            Mailboxes(self._sessions, here.spool, here.system_name, self._mail_addresses),
            site,
            clock,
            Steady(clock).told,
        )
        mend = partial(repair, self._sessions, capture, here.recordings)
        listener, known, members = self._listener, self._known, self._members
        watch = Watch(self._connection, listener, keeper, known, members, mend, clock, seen_at)
        watch.agents = AgentWatch(self._connection, self._sessions, self._app.site, clock)
        watch.agents.listen(listener.on)
        return watch

    def _hear_wishes(self) -> None:
        tools = Tools(self._connection, self._listener, self._sessions, self._app.site, self._app.clock)
        granted = {**WISHES, "recording_pause": lambda _, message: self._pausing.toggle(message)}
        self._listener.on("UserEvent", Wishes(tools, granted).hear)

    def _hearing(self) -> Sequence[Chore]:
        """What hears events and works on its own."""
        app, queues = self._app, self._watch.queues
        meetings = Conferences(self._sessions, app.site)
        announcer = Announcer(self._connection, queues, app.live_site, app.clock, self._lately)
        hold = VirtualHold(self._connection, queues, self._sessions, app.live_site, app.clock)
        names = RoomNames(self._connection, app.live_site, self._here.spool)
        trunks = TrunkWatch(app.console, self._sessions, lambda: app.live_site()[0], app.clock)
        boards = BoardWatch(self._connection, self._sessions, lambda: app.live_site()[0], app.clock)
        for part in (meetings, announcer, hold, names, trunks, boards):
            part.listen(self._listener.on)
        forgotten = ForgottenRows(
            self._connection, self._listener, self._sessions, self._here.system_name, app.clock
        )
        agents = [self._watch.agents.run] if self._watch.agents else []
        return [
            *agents,
            forgotten.run,
            meetings.run,
            announcer.run,
            hold.run,
            names.run,
            trunks.run,
            boards.run,
        ]

    def _recording(self) -> Sequence[Chore]:
        """Pauses, room on the disk, and what becomes of recordings and messages later."""
        app, folder = self._app, self._here.recordings
        self._listener.on("MixMonitorStart", self._pausing.hear_start)
        room = Room(folder, self._sessions, self._reading, app.clock)
        upkeep = Upkeep(folder, self._sessions, self._reading, app.site, app.clock)
        removal = Removal(self._sessions, app.console, self._here.system_name, app.clock, self._here.spool)
        return [self._pausing.run, room.run, upkeep.run, removal.run, *self._copying()]

    def _copying(self) -> Sequence[Chore]:
        """What brings finished recordings to an object store, where there is one."""
        here, app = self._here, self._app
        store = store_of(here, app.secrets.known)
        if store is None:
            return []
        return [Copier(store, here.recordings, self._sessions, app.clock, here.recordings_local_days).run]

    async def _remind(self, channel: str) -> None:
        """A tone for who is at this channel."""
        await say(self._connection, channel, [str(self._here.prompts / "system/beep")])

    def _mail(self) -> Sequence[Chore]:
        """What sends mails, where there is a server to give them to."""
        here = self._here
        if here.smtp_host is None:
            return []
        password = self._app.secrets("smtp/password") if here.smtp_user else None
        server = Server(here.smtp_host, here.smtp_port, here.smtp_tls, here.smtp_user, password)
        give = partial(post, server)
        return [mailer(self._sessions, here.spool, here.mail_from, give, self._app.clock).run]

    def _messages(self) -> Sequence[Chore]:
        """What sends links to survey pages, where there are pages and a gateway to give messages to."""
        here, app = self._here, self._app
        if here.sms_url is None or here.web_url is None:
            return []
        gateway = Gateway(here.sms_url, here.sms_form, parse(here.sms_fields), here.sms_taken)

        async def give(message: Message) -> None:
            await send(replace(gateway, token=app.secrets.known("sms/token")), message)

        return [inviting(self._sessions, app.site, here.web_url, give, app.clock).run]

    def _telling(self) -> Sequence[Chore]:
        """What says how this process and its house are."""
        app, folder = self._app, self._here.recordings
        followed = Followed(self._watch, app.clock)
        house = House(self._reading, lambda: app.live_site()[0], app.clock)
        sound = Sound(app.unfinished_recordings, lambda: free_bytes(folder))
        end = End(LISTENER, [followed, house, sound, JournalLag(self._here.journal)], followed.troubles)
        asked = [house.run, sound.run] if self._here.health_port else []
        return [partial(tell, self._here, end), keep_telling, *asked]

    def _mail_addresses(self) -> dict[str, str]:
        """Mailbox: who is told of its messages."""
        return {mailbox.number: mailbox.email for mailbox in self._app.site().mailboxes if mailbox.email}
