"""Makes every sound a site needs, in parallel, and tells where they lie. What is there already stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from callcenter.errors import HotlineError
from callcenter.ports import SpeechEngine
from callcenter.prompt_index import SILENCE, PromptIndex, Sound
from callcenter.site import Site
from prompts.cache import PromptCache, length_ms
from prompts.sox import ToolMissing
from prompts.tones import build_system
from prompts.wanted import Wanted, wanted


@dataclass(frozen=True)
class Built:
    """How many sounds were made now and found cached; a sentence for each that could not be had as meant."""

    index: PromptIndex
    made: int
    cached: int
    problems: list[str]


class Progress(NamedTuple):
    """One more sound is ready: ``done`` of ``total``."""

    done: int
    total: int
    name: str
    language: str


class _Outcome(NamedTuple):
    sound: Sound | None
    made: bool
    problems: list[str]


def build(
    site: Site,
    folder: Path,
    engine: SpeechEngine,
    *,
    beside: Path,
    jobs: int = 2,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Built:
    """Make what is missing of ``site`` under ``folder``, ``jobs`` sounds at a time.

    ``beside`` is the folder of the site file, where uploaded audio lies. A sound that cannot be made is a
    problem in the answer and falls back when played; only a program not installed raises (ToolMissing).
    """
    store = PromptCache(folder)
    store.sweep()
    system = {name: {"": _sound(path)} for name, path in build_system(store).items()}
    work = list(wanted(site, beside, engine))
    outcomes = _make_all(work, store, jobs, progress)
    sounds: dict[str, dict[str, Sound]] = dict(system)
    for one, outcome in zip(work, outcomes, strict=True):
        if outcome.sound:
            sounds.setdefault(one.name, {})[one.language] = outcome.sound
    made = sum(outcome.made for outcome in outcomes)
    cached = sum(outcome.sound is not None and not outcome.made for outcome in outcomes)
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    return Built(PromptIndex(system[SILENCE][""], sounds), made, cached, problems)


def _make_all(
    work: list[Wanted], store: PromptCache, jobs: int, progress: Callable[[Progress], None]
) -> list[_Outcome]:
    """What is there is looked up one by one, quicker than by threads; these make the rest, each sound once."""
    outcomes = {place: outcome for place, one in enumerate(work) if (outcome := _found(one, store))}
    missing = [place for place in range(len(work)) if place not in outcomes]
    first = sorted({_sound_of(work[place]): place for place in reversed(missing)}.values())
    alike = sorted({*missing} - {*first})
    with ThreadPoolExecutor(jobs, thread_name_prefix="prompts") as pool:

        def made(places: Iterable[int]) -> Iterator[int]:
            """Each once its outcome is noted. Raises what making one raised."""
            futures = {pool.submit(_make, work[place], store): place for place in places}
            for future in as_completed(futures):
                outcomes[futures[future]] = future.result()
                yield futures[future]

        try:
            for done, place in enumerate(chain(tuple(outcomes), made(first), made(alike)), start=1):
                progress(Progress(done, len(work), work[place].name, work[place].language))
        except BaseException:  # Ctrl-C as well: what has not begun is not waited for
            pool.shutdown(cancel_futures=True)
            raise
    return [outcomes[place] for place in range(len(work))]


def _sound_of(one: Wanted) -> tuple[str, ...]:
    """The same for two that sound alike."""
    return (one.language, *(one.sources[0].identity if one.sources else ()))


def _found(one: Wanted, store: PromptCache) -> _Outcome | None:
    """What its best source made before."""
    path = store.find(one.language, one.sources[0].identity) if one.sources else None
    return _Outcome(_sound(_named(one, path, store)), False, one.problems) if path else None


def _make(one: Wanted, store: PromptCache) -> _Outcome:
    """By the first source that works."""
    problems = list(one.problems)
    for source in one.sources:
        try:
            path, made = store.get(one.language, source.identity, source.write)
        except ToolMissing:
            raise
        except HotlineError as error:
            problems.append(f"prompt {one.name} ({one.language}): {error}")
            continue
        return _Outcome(_sound(_named(one, path, store)), made, problems)
    return _Outcome(None, False, problems)


def _named(one: Wanted, path: Path, store: PromptCache) -> Path:
    """Agents' sounds are also found by number, as the dialplan asks for them."""
    if one.agent is None:
        return path
    by_number = store.folder / "agents" / one.language / f"{one.agent}.wav"
    store.link(path, by_number)
    return by_number


def _sound(path: Path) -> Sound:
    return Sound(str(path.with_suffix("")), length_ms(path))
