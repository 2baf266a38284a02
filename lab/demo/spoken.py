"""In which language each step of a call spoke: the number's, until a language step changes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callcenter.site import Site
from callcenter.site.steps import SetLanguage
from schema.calls import Step


def with_language(steps: Iterable[Step], site: Site, did: str | None) -> Iterator[tuple[Step, str]]:
    """Each step's row and its language."""
    language = language_of(site, did)
    for row in steps:
        yield row, language
        language = _after(row, site) or language


def language_of(site: Site, did: str | None) -> str:
    """The language of a number, else the site's first."""
    found = next((each.language for each in site.dids if each.number == did), None)
    return found or site.languages[0]


def _after(row: Step, site: Site) -> str | None:
    flow = next((flow for flow in site.flows if flow.name == row.flow), None)
    step = flow.steps.get(row.step) if flow else None
    return step.language if isinstance(step, SetLanguage) else None
