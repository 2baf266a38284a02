"""What the database and the files hold of one call."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import select

from callcenter.calls.page import CallPage, read_page
from callcenter.ports import App
from callcenter.prompt_index import PromptIndex
from callcenter.site import Site
from lab import audio
from lab.demo.hearing import seconds_heard
from lab.demo.place import sipp_folder
from lab.demo.spoken import language_of, with_language
from lab.demo.stage import AGENT_HZ, CALLER_HZ, Stage, heard_file
from schema.calls import Call


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
        """The prompt of thanks that the caller heard."""
        names = {score.survey for score in self.page.scores}
        thanks = [survey.thanks for survey in self.site.surveys if survey.name in names]
        return next((name for name in thanks if self.heard_whole(name)), None)

    @cached_property
    def site(self) -> Site:
        """The site in the database."""
        return self.app.site()

    @cached_property
    def language(self) -> str:
        """The language of the number that was dialled."""
        return language_of(self.site, self.page.call.did)

    @cached_property
    def _prompts(self) -> PromptIndex:
        index: PromptIndex = self.app.build_prompts().index
        return index

    @cached_property
    def _ear(self) -> bytes:
        file = heard_file(sipp_folder(self.app.settings), self.page.call.caller or "")
        return file.read_bytes() if file.exists() else b""

    def seconds_heard(self, name: str, language: str) -> float:
        """How much of a prompt from its beginning is in the caller's ear."""
        return seconds_heard(self._ear, Path(f"{self._prompts.find(name, language).path}.wav"))

    def heard_whole(self, name: str) -> bool:
        """Whether the caller heard this prompt to its end, but for a pause there."""
        length = self._prompts.find(name, self.language).ms / 1000
        return self.seconds_heard(name, self.language) > 0.8 * length

    @cached_property
    def unheard(self) -> list[str]:
        """Prompts that the rows tell of and the caller's ear does not hold."""
        steps = with_language(self.page.steps, self.site, self.page.call.did)
        return [name for step, spoken in steps for name in step.heard if not self.seconds_heard(name, spoken)]

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
        return tones(self.recording(path))

    def tone_in_message(self, path: str) -> float:
        """Seconds of the caller's tone in a voicemail message."""
        sound = _sound(self.app.settings.spool / path)
        return audio.seconds_of(sound.channels[0], CALLER_HZ) if sound else 0.0


def find(stage: Stage, caller: str) -> Evidence | None:
    """What there is of the call of this number, None when there is none."""
    wanted = select(Call.call_id).where(Call.caller == caller, Call.started_at >= stage.began)
    with stage.app.sessions(read_only=True)() as session:
        call_id = session.scalar(wanted)
        return Evidence(stage.app, read_page(session, call_id)) if call_id else None


def tones(recording: Path) -> Sides | None:
    """The callers' and the agents' tone in a stereo wav; None for any other file, or none."""
    sound = _sound(recording)
    if sound is None or len(sound.channels) != 2:
        return None
    left, right = sound.channels
    strays = audio.seconds_of(right, CALLER_HZ) + audio.seconds_of(left, AGENT_HZ)
    return Sides(audio.seconds_of(left, CALLER_HZ), audio.seconds_of(right, AGENT_HZ), strays)


def _sound(path: Path) -> audio.Sound | None:
    try:
        return audio.read_wav(path)
    except (OSError, EOFError, ValueError, wave.Error):
        return None
