"""Playing prompts and taking keys on a call: requests of the walk become the fewest possible verbs."""

from __future__ import annotations

from collections.abc import Sequence

from agi.call import EVERY_KEY, Call
from agi.protocol import Quoted, application_value
from callcenter.flow.dialogue import Collect, Hear
from callcenter.prompt_index import PromptIndex

SILENCE_SECONDS = 4
"""So much silence ends a recorded answer."""
MARGIN_SECONDS = 3
"""Slack of the dead-man's timer over the time a verb should take."""
_RECORD = Quoted("Record")


class Voice:
    """Speaks on one call with the prompts of one version. Every verb raises HungUp when the caller leaves."""

    def __init__(self, call: Call, prompts: PromptIndex, answered: bool) -> None:
        self._call = call
        self._prompts = prompts
        self._answered = answered

    def hear(self, request: Hear) -> str | None:
        """Play and wait for one key; None for silence."""
        files = self._ready(request.prompts, request.language, request.wait_seconds)
        if not request.interruptible:
            return self._play(files)
        if not request.wait_seconds:
            return self._play(files, EVERY_KEY)
        self.answer()
        return self._call.ask_digit(files, EVERY_KEY, request.wait_seconds * 1000) or None

    def collect(self, request: Collect) -> str | None:
        """Play and take digits up to #; None for silence."""
        patience = (request.most + 1) * request.wait_seconds
        files = self._ready(() if request.typed else request.prompts, request.language, patience)
        left = request.most - len(request.typed)
        self.answer()
        more = self._call.ask_digits(files, left, request.wait_seconds * 1000) if left else ""
        return (request.typed + more).partition("#")[0] or None

    def play(self, prompts: Sequence[str], language: str) -> None:
        """Play to the end."""
        if prompts:
            self._play(self._ready(prompts, language, 0))

    def play_sound(self, path: str, seconds: float) -> str | None:
        """A recorded sound, by its path without extension, until its end or a key, which is given."""
        self._call.arm(seconds + MARGIN_SECONDS)
        return self._play([path], EVERY_KEY)

    def record(self, path: str, seconds: int) -> None:
        """Record the caller into ``path``, a wav with its folder made, until #, silence or ``seconds``.

        No beep is played: a prompt says when to speak.
        """
        self._call.arm(seconds + SILENCE_SECONDS + MARGIN_SECONDS)
        name = application_value(path)
        self._answered = True
        self._call.execute("EXEC", _RECORD, f"{name},{SILENCE_SECONDS},{seconds},kq")

    def _play(self, files: Sequence[str], keys: str = "") -> str | None:
        """Played by an application that answers the call itself."""
        self._answered = True
        return self._call.play(files, keys) or None

    def answer(self) -> None:
        """Answer the call, unless something has."""
        if not self._answered:
            self._answered = True
            self._call.answer()

    def _ready(self, prompts: Sequence[str], language: str, wait_seconds: int) -> list[str]:
        """The prompts' files, with the dead-man's timer set for as long as they last."""
        found = [self._prompts.find(name, language) for name in prompts] or [self._prompts.silence]
        seconds = sum(sound.ms for sound in found) / 1000
        self._call.arm(seconds + wait_seconds + MARGIN_SECONDS)
        return [sound.path for sound in found]
