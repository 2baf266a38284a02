"""The listener's process put together: what follows Asterisk and hears its events. It holds no rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

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
from ami.metrics import Followed
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
from callcenter.journey import JourneyBook
from callcenter.manager_events import LISTENED
from callcenter.ports import Chore
from callcenter.queues.paces import paces
from callcenter.survey.inviter import Inviter
from callcenter.systemd import keep_telling
from recordings.capture import Capture
from recordings.catalogue import Catalogue
from recordings.finishing import Finisher
from recordings.integrity import repair
from recordings.pausing import Pausing
from recordings.policy import LegPolicy
from recordings.voicemail import Mailboxes

if TYPE_CHECKING:
    from cli import Hotline


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
        """The listener, with all that hears its events."""
        self._hear_wishes()
        self._watch.chores = [*self._hearing(), *self._telling()]
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
        self._listener.on("MixMonitorStart", self._pausing.hear_start)
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
            self._pausing.run,
        ]

    async def _remind(self, channel: str) -> None:
        """A tone for who is at this channel."""
        await say(self._connection, channel, [str(self._here.prompts / "system/beep")])

    def _telling(self) -> Sequence[Chore]:
        """What says how this process is."""
        followed = Followed(self._watch, self._app.clock)
        end = End(LISTENER, [followed], followed.troubles)
        return [partial(tell, self._here, end), keep_telling]

    def _mail_addresses(self) -> dict[str, str]:
        """Mailbox: who is told of its messages."""
        return {mailbox.number: mailbox.email for mailbox in self._app.site().mailboxes if mailbox.email}
