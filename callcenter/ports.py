"""What the domain asks of the outside, as protocols; ``cli.py`` passes the real ones in, tests pass fakes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from callcenter.agents.supervision import Deed
from callcenter.audit import Actor
from callcenter.flow.dialogue import Served, WhoServed
from callcenter.prompt_index import PromptState
from callcenter.routing.known import Known
from callcenter.secrets import Secrets
from callcenter.settings import Settings
from callcenter.site import Site

Chore = Callable[[], Coroutine[Any, Any, None]]
"""Goes on until it is cancelled."""


class App(Protocol):
    """The program as commands see it: click's context object."""

    @property
    def settings(self) -> Settings: ...

    @property
    def secrets(self) -> Secrets: ...

    @property
    def clock(self) -> Clock: ...

    def at(self, settings: Settings) -> App:
        """The same program with other settings."""
        ...

    def engine(self) -> Engine:
        """The engine of the settings' database. Made once."""
        ...

    def sessions(self, read_only: bool = False) -> sessionmaker[Session]:
        """Sessions on ``engine``."""
        ...

    def site(self) -> Site:
        """The site in the database. Raises NotFound before the first ``hotline site load``."""
        ...

    def build_prompts(self, progress: Callable[[Any], None] = ...) -> Any:
        """Make every spoken thing that is missing (``prompts.build.Built``), telling of each."""
        ...

    def prompt_states(self) -> list[PromptState]:
        """Every spoken thing the site needs, made or not. Makes nothing."""
        ...

    def unfinished_recordings(self) -> list[Path]:
        """Parts of recordings that nobody writes any more and nobody has finished."""
        ...

    def lost_recordings(self, since: dt.timedelta) -> int:
        """How many talks that began so long ago at most should have a recording and have none."""
        ...

    def uncopied_recordings(self, since: dt.timedelta) -> int:
        """How many that began longer ago should have a copy in the object store and have none."""
        ...

    def missing_encoders(self) -> dict[str, str]:
        """Programs that the site's recording formats need and this machine has not → their packages."""
        ...

    def console(self) -> AsteriskConsole | None:
        """The running Asterisk's console, None when none answers."""
        ...

    def asterisk_version(self) -> tuple[int, ...]:
        """The running Asterisk's, else that of the one that would be started; empty when there is none."""
        ...

    def rendered(self) -> dict[str, str]:
        """Every file of the configuration the site asks for: relative path → text."""
        ...

    def applier(self) -> Any:
        """Brings configurations live (``dialplan_templates.apply.Applier``)."""
        ...

    def watch(self) -> Any:
        """The listener, wired (``ami.process.Watch``)."""
        ...

    def chores(self) -> Sequence[Chore]:
        """All that the worker does, wired. Raises HotlineError or SQLAlchemyError without database or site."""
        ...

    def manager(self, **hearing: Any) -> AbstractAsyncContextManager[Any]:
        """A manager connection that is up (``ami.connection.AmiConnection``). Raises Unreachable.

        ``on_event`` hears the events that are ``wanted``.
        """
        ...

    def desks(self) -> Desks:
        """Where a process that stays asks for things to be done, over one manager connection. Made once."""
        ...


class Clock(Protocol):
    """The time, in UTC and aware."""

    def __call__(self) -> dt.datetime: ...


class SpeechEngine(Protocol):
    """Text to a mono 8 kHz 16-bit wav."""

    name: str

    def speak(self, text: str, language: str, out: Path) -> None:
        """Write the spoken text to ``out``. Raises HotlineError when the engine is missing or fails."""
        ...


class PhoneSystem(Protocol):
    """Wishes to a running Asterisk over its manager interface. Events tell what became of them."""

    async def action(self, name: str, fields: Mapping[str, str | Sequence[str]]) -> Mapping[str, str]:
        """Send one action, give its response headers. Raises Unreachable; refuses CR, LF and NUL."""
        ...


class Facts(Protocol):
    """Where a call's facts go. Never blocks, never raises for the caller's sake."""

    def put(self, kind: str, call_id: str, data: Mapping[str, object]) -> None: ...


class Knowledge(Protocol):
    """What is known of a caller (``agi.knowledge.Knowledge``).

    Bounded in time; never raises: what can't be known is told as trouble, and the call goes on without.
    """

    async def of(self, caller: str, country: str, at: dt.datetime) -> Known:
        """The list's entry that counts, and the emergency closings in force."""
        ...

    async def closings(self, at: dt.datetime) -> Known:
        """The emergency closings alone."""
        ...

    async def last_served(
        self, caller: str, country: str, asked: WhoServed, also: Collection[str], at: dt.datetime
    ) -> Served:
        """Who served the caller last in a queue, or in one of ``also``: agents' own queues."""
        ...


@dataclass(frozen=True, slots=True)
class TalkedLeg:
    """An agent leg that talked and has ended. ``cut``: Asterisk went away before the leg's end.

    ``apart``: what was recorded of it while the caller did not hear it, a consultation, each as begin and end
    in milliseconds of the recording; it is not kept.
    """

    call_id: str
    uniqueid: str
    agent: str | None
    queue: str | None
    started_at: dt.datetime
    talk_ms: int
    cut: bool = False
    trunk: str | None = None
    apart: tuple[tuple[int, int], ...] = ()


class LegRecorder(Protocol):
    """What the listener tells recordings of (``recordings.capture.Capture``)."""

    async def stop(self, channel: str, call_id: str) -> None:
        """A recorded leg has left its bridge."""
        ...

    async def finish(self, leg: TalkedLeg) -> None:
        """A recorded leg has ended. Saying it twice changes nothing."""
        ...

    def discard(self, uniqueid: str) -> None:
        """A leg that was to be recorded never talked."""
        ...

    def drop(self, uniqueid: str) -> None:
        """A leg that was recorded was a colleague who was consulted, and never got the call."""
        ...


class MailboxKeeper(Protocol):
    """Brings the messages callers left into rows (``recordings.voicemail.Mailboxes``)."""

    def collect(self) -> int:
        """Write what is new, give how many messages were looked at. Blocks; raises what the database raises."""
        ...


class AsteriskConsole(Protocol):
    """One Asterisk's command line."""

    def rx(self, command: str) -> str:
        """What one console command prints. Raises Unreachable."""
        ...


class BootedAsterisk(AsteriskConsole, Protocol):
    """A throw-away Asterisk that has taken a configuration and serves nobody."""

    def log_lines(self) -> list[str]:
        """Notices, warnings and errors since the boot began, as ``LEVEL file.c: text``."""
        ...


class AsteriskBoot(Protocol):
    """Boots a staged configuration folder apart from everything that runs, on the same ports."""

    def boot(self, etc: Path) -> AbstractContextManager[BootedAsterisk]:
        """A copy of ``etc``, booted; gone when the block ends. Raises HotlineError when it does not boot."""
        ...


class CallDesk(Protocol):
    """What may be done to calls (``ami.call_desk.CallDesk``).

    ``by`` goes into the audit log. Each raises HotlineError with what kept it from being done.
    """

    async def dial(self, by: Actor, agent: str, number: str) -> str:
        """Ring an agent's phone, then ``number``; gives the call's id at once."""
        ...

    async def transfer(
        self, by: Actor, call_id: str, number: str, *, attended: bool = False, agent: str | None = None
    ) -> str:
        """Pass a call on, ``attended``: let the agent speak with ``number`` first. Gives the agent's seat."""
        ...

    async def complete(self, by: Actor, call_id: str, agent: str | None = None) -> str:
        """Hand the call to whom the agent speaks with. Gives the agent's seat."""
        ...

    async def cancel(self, by: Actor, call_id: str, agent: str | None = None) -> str:
        """Back from a consultation to the caller. Gives the agent's seat."""
        ...

    async def add(
        self,
        by: Actor,
        call_id: str,
        *,
        number: str | None = None,
        colleague: str | None = None,
        agent: str | None = None,
    ) -> str:
        """A third has joined the call: who it is."""
        ...

    async def supervise(
        self, by: Actor, deed: Deed, call_id: str, supervisor: str, agent: str | None = None
    ) -> None:
        """A supervisor listens, …; returns when they do."""
        ...

    async def survey(self, by: Actor, call_id: str, name: str | None = None) -> str:
        """Send the caller to the survey. Gives its name; empty: the queue's own."""
        ...


@dataclass(frozen=True, slots=True)
class AgentDeed:
    """What was done to an agent. ``changes``: how many queue memberships followed; None: Asterisk is ``away``,
    and they follow when it is there.
    """

    said: str
    changes: int | None
    away: str = ""


class AgentDesk(Protocol):
    """What may be done to agents (``ami.agent_desk.AgentDesk``). Raises HotlineError."""

    async def log_in(self, by: Actor, agent: str, seat: str) -> AgentDeed: ...

    async def log_out(self, by: Actor, agent: str) -> AgentDeed: ...

    async def pause(self, by: Actor, agent: str, reason: str = "") -> AgentDeed: ...

    async def unpause(self, by: Actor, agent: str) -> AgentDeed: ...


class RecordedTalk(Protocol):
    """An agent's leg that is up (``recordings.pauses.Talk``)."""

    @property
    def call_id(self) -> str: ...

    @property
    def agent(self) -> str | None: ...


class PauseDesk(Protocol):
    """Pauses of recordings (``recordings.pause_desk.PauseDesk``); ``subject`` is a call or an agent."""

    async def pause(self, by: Actor, subject: str) -> Sequence[RecordedTalk]:
        """Gives the talks, one at least. Raises HotlineError."""
        ...

    async def resume(self, by: Actor, subject: str) -> Sequence[RecordedTalk]:
        """Gives the talks, one at least. Raises HotlineError."""
        ...


@dataclass(frozen=True, slots=True)
class Desks:
    """All of them; ``queues`` gives every queue with its members and who waits (``ami.queue_board``)."""

    calls: CallDesk
    agents: AgentDesk
    recordings: PauseDesk
    queues: Callable[[], Awaitable[list[dict[str, Any]]]]
