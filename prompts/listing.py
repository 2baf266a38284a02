"""Which of a site's sounds are there. Makes nothing."""

from __future__ import annotations

from pathlib import Path

from callcenter.ports import SpeechEngine
from callcenter.prompt_index import PromptState
from callcenter.site import Site
from prompts.cache import PromptCache
from prompts.wanted import Wanted, wanted


def listing(site: Site, folder: Path, engine: SpeechEngine, beside: Path) -> list[PromptState]:
    """Every sound of ``site``, as ``build`` would make it under ``folder`` from files ``beside``."""
    store = PromptCache(folder)
    return [PromptState(one.name, one.language, _made(one, store)) for one in wanted(site, beside, engine)]


def _made(one: Wanted, store: PromptCache) -> Path | None:
    found = (store.find(one.language, source.identity) for source in one.sources)
    return next((path for path in found if path is not None), None)
