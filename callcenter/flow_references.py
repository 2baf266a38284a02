"""What a step names outside its flows, and what its own fields must keep to among themselves."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.flow.call import ALWAYS_THERE
from callcenter.site import Site, steps
from callcenter.site.problems import Path
from callcenter.site.steps import Step

REFERENCES = {
    "queue": ("queues", "name"),
    "seat": ("seats", "name"),
    "trunk": ("trunks", "name"),
    "mailbox": ("mailboxes", "number"),
    "survey": ("surveys", "name"),
    "calendar": ("calendars", "name"),
}
"""A step's field: the site's list it points into, and that list's key."""


def reference_problems(step: Step, site: Site) -> Iterator[tuple[Path, str]]:
    """Path inside the step and message, one each."""
    for field, (many, key) in REFERENCES.items():
        wanted = getattr(step, field, None)
        if wanted is not None and all(getattr(each, key) != wanted for each in getattr(site, many)):
            yield (field,), f"there is no {field} {wanted}: add it under {many}"
    if isinstance(step, steps.SetLanguage) and step.language not in site.languages:
        yield ("language",), f"language {step.language} is not one of the site's languages"
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
