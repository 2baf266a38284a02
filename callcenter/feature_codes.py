"""Feature codes: what a seat dials to have something done. The site file may give a feature another code.

A feature is one line here, and one in ``agi/scripts/features/__init__.py`` that names its function. What is
dialled behind the code is the feature's argument: ``*11`` and ``1001`` of ``*111001``, or of ``*11*1001``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Feature(NamedTuple):
    """One feature. ``argument`` is a pattern of what may follow the code; empty: nothing may."""

    name: str
    code: str
    does: str
    argument: str = ""


class Found(NamedTuple):
    """The feature that was dialled, and what was dialled behind its code."""

    name: str
    argument: str


NUMBER = r"[0-9]{2,20}"

FEATURES: tuple[Feature, ...] = (
    Feature("login", "*11", "log in at this phone; the agent's number may follow", r"([0-9]{2,8})?"),
    Feature("logout", "*12", "log out"),
    Feature("pause", "*13", "take no calls; the digit of the reason may follow", r"[0-9]?"),
    Feature("unpause", "*14", "take calls again, also before a wrap-up is over"),
    Feature("wrapup", "*15", "a minute more of wrap-up; other seconds may follow", r"([0-9]{1,4})?"),
    Feature("echo", "*43", "hear yourself: is the line good?"),
    Feature("clock", "*60", "hear the time"),
    Feature("mailbox_own", "*97", "listen to your own mailbox"),
    Feature("mailbox_any", "*98", "listen to any mailbox by its number", r"[0-9]{0,8}"),
)
"""Every feature. No two codes are alike; a longer code goes before a shorter one that it begins with."""

BY_NAME: Mapping[str, Feature] = {feature.name: feature for feature in FEATURES}


def codes(given: Mapping[str, str]) -> dict[str, str]:
    """Code → feature: the site's own codes, and the usual ones of the others."""
    return {given.get(feature.name, feature.code): feature.name for feature in FEATURES}


def doubled(given: Mapping[str, str]) -> Iterable[str]:
    """The features that the site gives a code which is another one's."""
    used: dict[str, str] = {}
    for feature in FEATURES:
        code = given.get(feature.name, feature.code)
        if used.setdefault(code, feature.name) != feature.name:
            yield feature.name if feature.name in given else used[code]


def find(by_code: Mapping[str, str], dialled: str) -> Found | None:
    """The feature whose code ``dialled`` begins with, the longest first; None when what follows does not fit."""
    for length in range(len(dialled), 0, -1):
        name = by_code.get(dialled[:length])
        if name is not None:
            argument = dialled[length:].removeprefix("*").removesuffix("#")
            fits = re.fullmatch(BY_NAME[name].argument, argument) is not None
            return Found(name, argument) if fits else None
    return None
