"""What a story acts on: phones and gateways against the demo's Asterisk, and eyes on the rows of its call.

Callers don't press keys by the clock but when the row says that the call has come to the place for it.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError
from callcenter.ports import App
from lab.scenario import Caller, Login
from lab.sipp import register, start
from lab.sipp_run import Address, Run
from schema.calls import Call, Leg, Step, SurveyAnswer, Visit

LOOK_SECONDS = 0.05
CALLER_HZ, AGENT_HZ = 440, 950
E1, ANALOG = Address("127.0.0.2"), Address("127.0.0.3")
SOUND_BYTES_A_SECOND = 16_000
Found = TypeVar("Found")


@dataclass(frozen=True)
class Stage:
    """The demo's Asterisk and database. ``began``: calls before this moment are not ours."""

    app: App
    logs: Path
    began: dt.datetime
    runs: list[Run] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def abandon(self) -> None:
        """End every call, and every wait for a row."""
        self.over.set()
        if console := self.app.console():
            console.rx("channel request hangup all")
        for run in self.runs:
            run.stop(0.0)

    @property
    def switch(self) -> Address:
        """Where calls go."""
        return Address(self.app.settings.sip_host, self.app.settings.sip_port)

    def login(self, secret: str, username: str) -> Login:
        """The account of a seat or a gateway."""
        return Login(username, self.app.secrets(secret))

    def sign_in(self, login: Login, at: Address) -> None:
        """Register a gateway."""
        register(login, self.switch, at=at)

    def call(self, number: str, dials: str, at: Address, login: Login | None = None) -> CallOnStage:
        """Begin a call and return when it is answered; the caller speaks 440 Hz from then on."""
        caller = Caller(dials=dials, number=number, tone_hz=CALLER_HZ, login=login, patience_seconds=120.0)
        run = start(caller, self.switch, self.logs, at=at, seconds=150.0)
        self.runs.append(run)
        run.wait_for("answered")
        return CallOnStage(self, run, number)

    def until(self, what: str, look: Callable[[Session], Found | None], seconds: float = 40.0) -> Found:
        """What ``look`` finds in the database, as soon as it does. Raises HotlineError after ``seconds``."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.over.is_set():
            with self.app.sessions(read_only=True)() as session:
                if (found := look(session)) is not None:
                    return found
            time.sleep(LOOK_SECONDS)
        raise HotlineError(f"{what}: not in the database after {seconds:.0f} s")


@dataclass(frozen=True)
class CallOnStage:
    """One call under way."""

    stage: Stage
    run: Run
    number: str

    def press(self, keys: str) -> None:
        """Press keys now."""
        self.run.press(keys)

    def comes_past(self, step: str, times: int = 1) -> None:
        """Return when that step has been done so many times."""
        self._sees(f"step {step}", lambda session, call: _count(session, call, step) >= times)

    def hears_ringing(self, agent: str, seconds: float) -> None:
        """Return when the call has waited while this agent's phone rang for so long."""
        now = self.stage.app.clock

        def rang(session: Session, call: str) -> bool:
            wanted = select(Leg.started_at).where(Leg.call_id == call, Leg.agent == agent)
            began = session.scalar(wanted)
            return began is not None and (now() - began).total_seconds() >= seconds

        self._sees(f"ringing of {agent}", rang)

    def has_left(self, queue: str) -> None:
        """Return when the call has left the queue."""
        wanted = select(Visit.number).where(Visit.queue == queue, Visit.left_at.is_not(None))
        self._sees(
            f"way out of {queue}", lambda s, call: s.scalar(wanted.where(Visit.call_id == call)) is not None
        )

    def is_asked(self) -> None:
        """Return when the survey has begun."""
        wanted = select(SurveyAnswer.id)
        self._sees("survey", lambda s, call: s.scalar(wanted.where(SurveyAnswer.call_id == call)) is not None)

    def speaks_to(self, mailbox: str, seconds: float) -> None:
        """Return when the mailbox has that much of the message that is being recorded."""
        folder = self.stage.app.settings.spool / "voicemail" / "hotline" / mailbox / "tmp"
        wanted, end = int(seconds * SOUND_BYTES_A_SECOND), time.monotonic() + 40.0
        while not any(_size(file) >= wanted for file in folder.glob("*.wav")):
            if time.monotonic() > end or self.stage.over.is_set():
                raise HotlineError(f"nothing is being recorded in {folder}")
            time.sleep(LOOK_SECONDS)

    def ends(self) -> None:
        """Return when the far end has hung up; what the caller heard lies in a file then (A-law)."""
        self.run.wait(120.0)
        heard_file(self.stage.logs, self.number).write_bytes(self.run.ear().seamless)

    def _sees(self, what: str, look: Callable[[Session, str], bool]) -> None:
        wanted = select(Call.call_id).where(Call.caller == self.number, Call.started_at >= self.stage.began)

        def found(session: Session) -> bool | None:
            call_id = session.scalar(wanted)
            return True if call_id and look(session, call_id) else None

        self.stage.until(f"call of {self.number}: {what}", found)


def heard_file(logs: Path, caller: str) -> Path:
    """What this caller heard from the answer on, A-law at 8 kHz."""
    return logs / f"heard-{caller}.alaw"


def _count(session: Session, call_id: str, step: str) -> int:
    return len(session.scalars(select(Step.id).where(Step.call_id == call_id, Step.step == step)).all())


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
