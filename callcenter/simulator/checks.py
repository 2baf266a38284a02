"""What the options of a simulation name: is it there, and can it come to that? A slip gives no path at all."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import click

from callcenter.flow.acting import DIAL_EXITS, QUEUE_EXITS, VOICEMAIL_EXITS

NAMED = 10
"""In a message."""
WORDS: dict[str, tuple[str, ...]] = {
    "queue": tuple(QUEUE_EXITS),
    "seat": tuple(DIAL_EXITS),
    "agent": tuple(DIAL_EXITS),
    "outside": tuple(DIAL_EXITS),
    "voicemail": tuple(VOICEMAIL_EXITS),
    "conference": ("DONE", "REFUSED"),
}
"""What each kind of action may come to; a queue also ``KEY-`` and one of its keys."""
_KEY = re.compile(r"KEY-[0-9*#]")
_PRESSED = re.compile(r"[0-9*#,]*")
_DIALLED = re.compile(r"\+?[0-9*#]{1,32}")


class Slip(click.UsageError):
    """An option that names what is not there. One line, exit 2."""


def named(option: str, name: str, kind: str, there: Collection[str]) -> None:
    """Refuse a name that the site has not, with those it has. No name is none to refuse."""
    if name and name not in there:
        raise Slip(f"{option}: there is no {kind} {name}; {listed(there)}")


def listed(there: Collection[str]) -> str:
    """``the site has e1, branch``: the first of them."""
    if not there:
        return "the site has none"
    some = ", ".join(list(there)[:NAMED])
    return f"the site has {some}" + (f" and {len(there) - NAMED} more" if len(there) > NAMED else "")


def pressed(text: str) -> None:
    """Refuse keys that no telephone has."""
    if not _PRESSED.fullmatch(text):
        raise Slip(
            f"--press {text}: keys are 0 to 9, * and #, a comma between two questions, as 2,1 or 2,,1234#"
        )


def dialled(option: str, number: str) -> None:
    """Refuse a number that nobody can dial; none at all is a hidden one."""
    if number and not _DIALLED.fullmatch(number):
        raise Slip(f"{option} {number}: write a telephone number, digits with or without a + before them")


def outcomes(words: Iterable[str]) -> None:
    """Refuse words that nothing ever comes to."""
    known = {word for kind in WORDS.values() for word in kind}
    for word in words:
        if word.upper() not in known and not _KEY.fullmatch(word.upper()):
            raise Slip(f"--outcome {word}: there is no such outcome; write {_spoken(known)} or key-1")


def fits(word: str, what: str, kind: str, keys: str = "", only: Iterable[str] = ()) -> str:
    """The word, where an action of this kind can come to it; else a slip that says what it can come to."""
    can = [*(only or WORDS[kind]), *(f"KEY-{key}" for key in keys)]
    if word.upper() not in can:
        raise Slip(f"--outcome {word}: {what} ({kind}) can come to {_spoken(can)}")
    return word


def _spoken(words: Iterable[str]) -> str:
    return ", ".join(sorted(word.lower() for word in words))
