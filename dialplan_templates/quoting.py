r"""The one place where text becomes a part of an Asterisk file. What Asterisk can't express is refused.

Every expression of a template ends in one of these filters; ``finalise`` refuses whatever did not. How
Asterisk reads a line was measured on 22.10.1: ``\;`` gives ``;`` and every other backslash stays; blanks at
both ends are lost; ``=>`` is an operator; a line over 8,180 bytes is skipped; nothing can express a line end.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from jinja2 import Undefined

from callcenter.errors import HotlineError

MAX_LINE = 8180
"""Bytes of the longest line that Asterisk reads."""

MAX_VALUE = 4000
"""Bytes of the longest value: expanded ones are cut at 4,091 without a word."""

MAX_CALLER_NAME = 79
"""Bytes of the longest caller name a PJSIP endpoint keeps; more is cut, in the middle of a character too."""

_PLAIN = re.compile(r"[\w.:/@+-]{1,200}", re.ASCII)
"""Most values, and there are a hundred thousand of them: nothing in them is anything to Asterisk."""
_SECTION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,78}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{20,128}")
_ARGUMENT = re.compile(r"[\w .,:;/@+*#=!?%~|<>-]+")
_FILENAME = re.compile(r"[\w ./@+=~,:-]+")


class Refused(HotlineError):
    """``text`` can't be written there. ``reason`` says why, ``field`` where it came from, if known."""

    def __init__(self, text: object, reason: str, field: str = "") -> None:
        super().__init__(f"{field or 'configuration'}: {text!r} {reason}")
        self.text, self.reason, self.field = text, reason, field


class Quoted(str):
    """Text that passed a filter of this module, ready to be written."""

    __slots__ = ()


def value(text: str | int, field: str = "") -> Quoted:
    """The right side of ``key = value``, read back by Asterisk exactly as given. Raises Refused."""
    if isinstance(text, str) and _PLAIN.fullmatch(text):
        return Quoted(text)
    text = _printable(str(text), field)
    if text != text.strip():
        raise Refused(text, "begins or ends with a blank, which Asterisk drops", field)
    if text.startswith(">"):
        raise Refused(text, "begins with >, which Asterisk takes for a part of =>", field)
    return Quoted(text.replace(";", r"\;"))


def item(text: str | int, field: str = "") -> Quoted:
    """One of several values between commas or bars, as a mailbox's owner. Raises Refused."""
    if re.search(r"[,|]", str(text)):
        raise Refused(text, "holds a comma or a bar, which would begin the next value", field)
    return value(text, field)


def long_secret(text: str, field: str = "") -> Quoted:
    """A secret of our own making, long enough not to be guessed. Raises Refused, without telling it."""
    if not _SECRET.fullmatch(text):
        raise Refused("a secret", "needs 20 to 128 letters, digits, _ or -", field)
    return Quoted(text)


def pin(text: str, field: str = "") -> Quoted:
    """A mailbox's PIN: 6 to 20 digits. Raises Refused, without telling it."""
    if not re.fullmatch(r"[0-9]{6,20}", text):
        raise Refused("a PIN", "needs 6 to 20 digits", field)
    return Quoted(text)


def section(name: str, field: str = "") -> Quoted:
    """A name between [ and ]: ASCII letters, digits and ``_ . + -``. Raises Refused."""
    if not _SECTION.fullmatch(name):
        raise Refused(name, "is no section name: letters, digits and _ . + - only, 79 at most", field)
    return Quoted(name)


def caller_name(text: str, field: str = "") -> Quoted:
    """The name in ``callerid = NAME <number>``, in quotes; cut to 79 bytes at a whole character."""
    kept = _printable(text, field).encode()[:MAX_CALLER_NAME].decode(errors="ignore")
    return Quoted('"' + kept.replace("\\", r"\\").replace('"', r"\"").replace(";", r"\;") + '"')


def app_argument(text: str | int, field: str = "") -> Quoted:
    """One argument of an application, without ``$ { } ( ) [ ] & " ^`` and backslash. Raises Refused."""
    text = _printable(str(text), field)
    if not _ARGUMENT.fullmatch(text) or text != text.strip():
        raise Refused(text, "is no application argument: letters, digits and plain punctuation only", field)
    return Quoted(text.replace(";", r"\;").replace(",", r"\,"))


def filename(path: PurePath | str, field: str = "") -> Quoted:
    """A path without ``..`` and without anything a shell or the dialplan would act on. Raises Refused."""
    text = _printable(str(path), field)
    if not _FILENAME.fullmatch(text) or text != text.strip() or ".." in PurePath(text).parts:
        raise Refused(text, "is no file name: letters, digits, blanks and . / _ - + = @ ~ , : only", field)
    return Quoted(text)


def yes_no(flag: bool) -> Quoted:
    """A switch the way Asterisk's files write it."""
    return Quoted("yes" if flag else "no")


FILTERS = {
    "value": value,
    "item": item,
    "section": section,
    "caller_name": caller_name,
    "app_argument": app_argument,
    "filename": filename,
    "yes_no": yes_no,
}


def finalise(result: object) -> object:
    """What an expression gave, if it may be written: quoted text or a whole number. Raises Refused."""
    if isinstance(result, Quoted) or (isinstance(result, int) and not isinstance(result, bool)):
        return result
    if isinstance(result, Undefined):
        return str(result)  # a StrictUndefined raises here, with the name that is missing
    raise Refused(result, "reached a template without passing one of: " + ", ".join(FILTERS))


def _printable(text: str, field: str) -> str:
    """Letters, marks, digits, punctuation, symbols of any script; of blanks the ASCII and the ideographic."""
    if text.isascii() and text.isprintable() and len(text) <= MAX_VALUE:  # most texts, and there are many
        return text
    if not text.replace("\u3000", " ").isprintable():
        raise Refused(text, "holds a line end, a control or an invisible character", field)
    if len(text.encode()) > MAX_VALUE:
        raise Refused(text[:40] + "…", f"is longer than {MAX_VALUE} bytes", field)
    return text
