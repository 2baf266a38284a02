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


AGENT = r"[0-9]{2,8}"
NUMBER = r"[0-9]{2,20}"

FEATURES: tuple[Feature, ...] = (
    Feature("login", "*11", "log in at this phone; the agent's number may follow", r"([0-9]{2,8})?"),
    Feature("logout", "*12", "log out"),
    Feature("pause", "*13", "take no calls; the digit of the reason may follow", r"[0-9]?"),
    Feature("unpause", "*14", "take calls again, also before a wrap-up is over"),
    Feature("wrapup", "*15", "a minute more of wrap-up; other seconds may follow", r"([0-9]{1,4})?"),
    Feature("echo", "*43", "hear yourself: is the line good?"),
    Feature("clock", "*60", "hear the time"),
    Feature("dnd_on", "*78", "this phone is not to be disturbed"),
    Feature("dnd_off", "*79", "this phone rings again"),
    Feature("forward_always", "*72", "all calls go to the number behind the code", NUMBER),
    Feature("forward_always_off", "*73", "no longer"),
    Feature("forward_busy", "*90", "calls while busy go there", NUMBER),
    Feature("forward_busy_off", "*91", "no longer"),
    Feature("forward_no_answer", "*92", "calls nobody answers go there", NUMBER),
    Feature("forward_no_answer_off", "*93", "no longer"),
    Feature("forward_unreachable", "*94", "calls while the phone is off go there", NUMBER),
    Feature("forward_unreachable_off", "*95", "no longer"),
    Feature(
        "pickup",
        "*8",
        "take a call that rings in your group, or at the number behind the code",
        r"[0-9]{0,8}",
    ),
    Feature(
        "park",
        "*77",
        "pass a call on to it to park it at the place behind the code; dial it to take it",
        r"[0-9]{2}",
    ),
    Feature("intercom", "*76", "the phone of this number answers by itself", r"[0-9]{2,8}"),
    Feature("closing", "*30", "close every calendar at once (1) or open again (0), by PIN", "[01]"),
    Feature("listen", "*51", "a supervisor hears this agent's call", AGENT),
    Feature("whisper", "*52", "hears it, and speaks to the agent alone", AGENT),
    Feature("barge", "*53", "hears it, and speaks to both", AGENT),
    Feature("disconnect", "*54", "takes the agent out of the call", AGENT),
    Feature("take_over", "*55", "takes the agent's place", AGENT),
    Feature("pick_up", "*56", "answers what rings at the agent's phone", AGENT),
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
