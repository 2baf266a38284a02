"""What a site wants spoken, and from what each sound can be made, the best source first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from callcenter import spoken
from callcenter.errors import HotlineError
from callcenter.ports import SpeechEngine
from callcenter.site import Site
from callcenter.site.service import Prompt
from callcenter.spoken.house import WORDS
from prompts.cache import Write
from prompts.sox import UPLOAD_EFFECTS, convert

LARGEST = 50 * 2**20


class Source(NamedTuple):
    """``identity`` is all that shapes the sound."""

    identity: tuple[str, ...]
    write: Write


class Wanted(NamedTuple):
    """A name in a language; ``agent`` is the agent's number when it presents one."""

    name: str
    language: str
    sources: list[Source]
    problems: list[str]
    agent: str | None = None


def wanted(site: Site, beside: Path, engine: SpeechEngine) -> Iterator[Wanted]:
    """Prompts, phrases that values are made of, and agents. ``beside`` is the site file's folder."""
    for prompt in site.prompts:
        yield from _prompt(prompt, site.languages, beside, engine)
    for language in dict.fromkeys(map(spoken.rules_of, site.languages)):
        for key, text in spoken.phrases(language).items():
            yield Wanted(key, language, [_text(text, language, engine)], [])
    yield from _house(site, engine)
    for agent in site.agents:
        for language in site.languages:
            text = spoken.agent_text(agent.number, language)
            sources = [_text(text, spoken.rules_of(language), engine)]
            yield Wanted(f"agent-{agent.number}", language, sources, [], agent.number)


def _house(site: Site, engine: SpeechEngine) -> Iterator[Wanted]:
    """What is said to callers from seats."""
    for language in dict.fromkeys(map(spoken.rules_of, site.languages)):
        for name, texts in WORDS.items():
            yield Wanted(name, language, [_text(texts[language], language, engine)], [])


def _prompt(prompt: Prompt, first: list[str], beside: Path, engine: SpeechEngine) -> Iterator[Wanted]:
    given = {**prompt.text, **prompt.audio}
    for language in [*(one for one in first if one in given), *(one for one in given if one not in first)]:
        job = Wanted(prompt.name, language, [], [])
        if language in prompt.audio:
            try:
                job.sources.append(_upload(prompt.audio[language], beside))
            except HotlineError as error:
                job.problems.append(f"prompt {prompt.name} ({language}): {error}")
        if language in prompt.text:
            job.sources.append(_text(prompt.text[language], language, engine))
        yield job


def _text(text: str, language: str, engine: SpeechEngine) -> Source:
    return Source(("text", engine.name, text), lambda out: engine.speak(text, language, out))


def _upload(relative: str, beside: Path) -> Source:
    path = (beside / relative).resolve()
    if not path.is_relative_to(beside.resolve()):
        raise HotlineError(f"audio {relative} lies outside the site file's folder")
    kind = path.suffix.lower()
    if kind not in (".wav", ".mp3"):
        raise HotlineError(f"audio {relative} is neither .wav nor .mp3")
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise HotlineError(f"audio {relative} is not a file of at most {LARGEST >> 20} MB")
    sound = path.read_bytes()
    identity = ("upload", kind, *UPLOAD_EFFECTS, hashlib.sha256(sound).hexdigest())
    return Source(identity, partial(convert, sound, "wav" if kind == ".wav" else "mp3", UPLOAD_EFFECTS))
