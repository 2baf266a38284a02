"""What a step's own fields must keep to among themselves, and to the site's calendars and languages.

That what a step names exists is the business of ``callcenter/site/references.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.flow.call import ALWAYS_THERE
from callcenter.site import Site, steps
from callcenter.site.problems import Path
from callcenter.site.steps import Step


def field_problems(step: Step, site: Site) -> Iterator[tuple[Path, str]]:
    """Path inside the step and message, one each."""
    yield from _saves(step)
    if isinstance(step, steps.Collect) and step.least > step.most:
        yield ("least",), f"least {step.least} is more than most {step.most}"
    if isinstance(step, steps.Branch):
        yield from _branch(step, site)


def _saves(step: Step) -> Iterator[tuple[Path, str]]:
    saves: dict[str, Path] = {}
    if isinstance(step, steps.Collect):
        saves = {step.save: ("save",)}
    elif isinstance(step, steps.Lookup):
        saves = {name: ("save", name) for name in step.save}
    for name in ALWAYS_THERE:
        if name in saves:
            yield saves[name], f"{name} belongs to the call itself: save into another name"


def _branch(step: steps.Branch, site: Site) -> Iterator[tuple[Path, str]]:
    if step.on == "calendar":
        yield from _calendar_cases(step, site)
    if step.on in ("calendar", "variable") and getattr(step, step.on) is None:
        yield ("on",), f"a branch on a {step.on} names which: add {step.on}"
    if step.on == "language":
        for language in step.cases.keys() - set(site.languages):
            yield ("cases", language), f"language {language} is not one of the site's languages"


def _calendar_cases(step: steps.Branch, site: Site) -> Iterator[tuple[Path, str]]:
    for calendar in site.calendars:
        if calendar.name == step.calendar:
            for case in step.cases.keys() - {"open", "closed", "holiday"} - calendar.periods.keys():
                yield ("cases", case), f"calendar {calendar.name} is never {case}: it has no such period"
