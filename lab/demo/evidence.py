"""What the database and the files hold of one call, and whether that is what ought to be there."""

from __future__ import annotations

import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import select

from callcenter.call_page import CallPage, read_page
from callcenter.ports import App
from lab import audio
from lab.demo.stage import AGENT_HZ, CALLER_HZ, Stage
from schema.calls import Call, SurveyAnswer

ONE_WINDOW = 0.06


@dataclass(frozen=True)
class Expectation:
    """One thing that must be found. ``found`` says what was."""

    wanted: str
    met: bool
    found: str


@dataclass(frozen=True)
class Sides:
    """How long each tone sounds in a stereo recording, in seconds."""

    caller_left: float
    agent_right: float
    strays: float
    """The caller's tone on the right, or the agent's on the left."""


@dataclass
class Evidence:
    """One call, read back. Everything here comes from rows and files."""

    app: App
    page: CallPage

    def entered(self, trunk: str, did: str, heard: Sequence[str]) -> Iterator[Expectation]:
        """Where it came in, and that these prompts were heard in this order."""
        call = self.page.call
        yield Expectation(f"came in on trunk {trunk}", call.trunk == trunk, f"{call.trunk}")
        yield Expectation(f"dialled {did}", call.did == did, f"{call.did}")
        yield Expectation(f"closed, heard {', '.join(heard)}", self._hears(heard), ", ".join(self.heard))

    def pressed(self, keys: list[str]) -> Expectation:
        """The keys, one menu after the other."""
        return Expectation(f"pressed {' '.join(keys)}", self.keys == keys, " ".join(self.keys))

    def visit(self, queue: str, outcome: str, agent: str | None) -> Expectation:
        """One stay in the queue, with its wait measured."""
        met = any(
            (visit.queue, visit.outcome, visit.agent) == (queue, outcome, agent)
            and (visit.wait_ms is not None or outcome == "nobody")
            for visit in self.page.visits
        )
        found = [f"{visit.queue}: {visit.outcome} {visit.agent or ''}" for visit in self.page.visits]
        return Expectation(f"queue {queue}: {outcome} {agent or ''}".strip(), met, ", ".join(found))

    def no_queue(self) -> Expectation:
        """It never waited."""
        return Expectation("no queue", not self.page.visits, f"{len(self.page.visits)} visits")

    def announced(self, agent: str, language: str) -> Expectation:
        """Between the agent's answer and the talk there is room for the agent's number to be spoken."""
        sound = self.app.settings.prompts / "agents" / language / f"{agent}.wav"
        length, pause = _seconds(sound), self.pause_before_talk(agent)
        met = pause is not None and length > 0 and pause >= length - ONE_WINDOW
        found = f"{pause or 0:.1f} s between answer and talk, {sound.name} lasts {length:.1f} s"
        return Expectation(f"agent {agent} announced before the talk", met, found)

    def both_talk(self, agent: str) -> Expectation:
        """The recording has the caller's tone left only and the agent's right only."""
        rows = [row for row in self.page.recordings if row.agent == agent and row.state == "ready"]
        sides = self.sides(rows[0].path) if rows else None
        met = (
            sides is not None and min(sides.caller_left, sides.agent_right) > 1 and sides.strays < ONE_WINDOW
        )
        return Expectation(f"recording: caller left, agent {agent} right", met, f"{sides}")

    def call_ended_by(self, who: str) -> Expectation:
        """Who ended the talk."""
        found = ", ".join(str(visit.ended_by) for visit in self.page.visits)
        return Expectation(f"talk ended by the {who}", found == who, found)

    def scored(self, score: int) -> Expectation:
        """Exactly one score for the answered visit."""
        found = [row.score for row in self.page.scores]
        return Expectation(f"scored {score}", found == [score], f"{found}")

    def thanked(self) -> Expectation:
        """After a survey that was answered Hotline ended the call, and not before its thanks were spoken."""
        call, thanks = self.page.call, self.thanks
        met = thanks is not None and call.ended_by == "hotline"
        return Expectation("thanked for the answer, then hung up", met, f"ended by {call.ended_by}, {thanks}")

    def message(self, mailbox: str, at_least_seconds: float) -> Expectation:
        """A message with a row and a file, the caller's tone in it."""
        rows = [row for row in self.page.voicemails if row.mailbox == mailbox]
        spoken = self.tone_in_message(rows[0].path) if rows else 0.0
        met = len(rows) == 1 and spoken >= at_least_seconds
        found = f"{len(rows)} rows, {spoken:.1f} s of the caller's tone"
        return Expectation(f"message in box {mailbox}", met, found)

    def called_back(self, queue: str) -> Expectation:
        """A wish to be called back at the caller's own number."""
        found = [(row.queue, row.number) for row in self.page.callbacks]
        met = found == [(queue, self.page.call.caller)]
        return Expectation(f"call-back noted for queue {queue}", met, f"{found}")

    def limit_reached(self, step: str, then: str) -> Expectation:
        """The menu gave up and went on there."""
        tries = [row for row in self.page.steps if row.step == step]
        outcomes = [row.outcome for row in tries]
        met = bool(tries) and tries[-1].next == then and {"wrong_key", "no_input"} <= set(outcomes)
        return Expectation(f"limits of {step} lead to {then}", met, ", ".join(outcomes))

    def says_goodbye(self) -> Expectation:
        """The flow came to its end."""
        met = self.heard[-1:] == ["goodbye"] and self.page.call.state == "closed"
        return Expectation("goodbye heard, call closed", met, f"{self.heard[-1:]}, {self.page.call.state}")

    @cached_property
    def heard(self) -> list[str]:
        """Prompts in the order they were heard."""
        return [name for step in self.page.steps for name in step.heard]

    @cached_property
    def keys(self) -> list[str]:
        """What was pressed in each menu."""
        return [step.keys for step in self.page.steps if step.keys and step.kind == "menu"]

    @cached_property
    def thanks(self) -> str | None:
        """The prompt of thanks, when the call lasted long enough after the question began to have heard it."""
        with self.app.sessions(read_only=True)() as session:
            wanted = select(SurveyAnswer).where(SurveyAnswer.call_id == self.page.call.call_id)
            answer = session.scalar(wanted.where(SurveyAnswer.outcome == "scored"))
        surveys = {survey.name: survey.thanks for survey in self.app.site().surveys}
        if answer is None or self.page.call.ended_at is None or answer.survey not in surveys:
            return None
        prompt = surveys[answer.survey]
        sound = self.app.prompts(lambda _: None).find(prompt, self.app.site().languages[0])
        lasted = (self.page.call.ended_at - answer.at).total_seconds()
        return prompt if 1000 * lasted >= sound.ms else None

    def pause_before_talk(self, agent: str) -> float | None:
        """Seconds between the agent's phone being answered and the first recorded word."""
        legs = {leg.uniqueid: leg for leg in self.page.legs if leg.agent == agent and leg.answered_at}
        for recording in self.page.recordings:
            leg = legs.get(recording.uniqueid)
            if leg is not None and leg.answered_at is not None:
                return (recording.started_at - leg.answered_at).total_seconds()
        return None

    def recording(self, path: str | None) -> Path:
        """Where a recording's file lies."""
        return self.app.settings.recordings / (path or "")

    def sides(self, path: str | None) -> Sides | None:
        """The tones of a recording; None when its file is not a stereo wav."""
        sound = _sound(self.recording(path))
        if sound is None or len(sound.channels) != 2:
            return None
        left, right = sound.channels
        strays = audio.seconds_of(right, CALLER_HZ) + audio.seconds_of(left, AGENT_HZ)
        return Sides(audio.seconds_of(left, CALLER_HZ), audio.seconds_of(right, AGENT_HZ), strays)

    def tone_in_message(self, path: str) -> float:
        """Seconds of the caller's tone in a voicemail message."""
        sound = _sound(self.app.settings.spool / path)
        return audio.seconds_of(sound.channels[0], CALLER_HZ) if sound else 0.0

    def _hears(self, names: Sequence[str]) -> bool:
        """Whether these were heard in this order, whatever was heard between."""
        rest = iter(self.heard)
        return all(name in rest for name in names)


def find(stage: Stage, caller: str) -> Evidence | None:
    """What there is of the call of this number, None when there is none."""
    wanted = select(Call.call_id).where(Call.caller == caller, Call.started_at >= stage.began)
    with stage.app.sessions(read_only=True)() as session:
        call_id = session.scalar(wanted)
        return Evidence(stage.app, read_page(session, call_id)) if call_id else None


def _sound(path: Path) -> audio.Sound | None:
    try:
        return audio.read_wav(path)
    except (OSError, EOFError, ValueError, wave.Error):
        return None


def _seconds(path: Path) -> float:
    sound = _sound(path)
    return sound.seconds if sound else 0.0
