"""Where every spoken thing lies and how long it lasts. ``prompts`` builds it, calls read it.

It travels as plain JSON with the published site. A name that is missing in a language is heard in another,
and one that is missing altogether is a short silence: a prompt never ends a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

SILENCE, BEEP = "system-silence", "system-beep"


class Sound(NamedTuple):
    """``path`` is absolute and has no extension, as Asterisk wants it; ``ms`` its length."""

    path: str
    ms: int


class PromptState(NamedTuple):
    """A spoken thing that a site needs; ``path`` is its file, None before it is made."""

    name: str
    language: str
    path: Path | None


class PromptIndex:
    """Names (of prompts, of spoken phrases, ``agent-1001``) and languages -> sounds."""

    def __init__(self, silence: Sound, sounds: Mapping[str, Mapping[str, Sound]]) -> None:
        """``sounds``: name -> language -> sound; the first language of a name stands in for missing ones."""
        self.silence = silence
        self._sounds = sounds

    def find(self, name: str, language: str) -> Sound:
        """The sound in ``language``, else in its base (zh for zh_CN), else in another, else silence."""
        by_language = self._sounds.get(name)
        if not by_language:
            return self.silence
        found = by_language.get(language) or by_language.get(language.split("_")[0])
        return found or next(iter(by_language.values()))

    def has(self, name: str, language: str) -> bool:
        """Whether the name is there in this very language."""
        return language in self._sounds.get(name, ())

    def to_json(self) -> dict[str, Any]:
        """Plain values; ``from_json`` reads them back equal."""
        sounds = {
            name: {language: list(sound) for language, sound in by_language.items()}
            for name, by_language in self._sounds.items()
        }
        return {"silence": list(self.silence), "sounds": sounds}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The index that ``to_json`` wrote."""
        sounds = {
            name: {language: Sound(*sound) for language, sound in by_language.items()}
            for name, by_language in data["sounds"].items()
        }
        return cls(Sound(*data["silence"]), sounds)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PromptIndex) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]
