"""The words of AGI: commands out, request and replies in. Bytes and text only, no I/O.

Facts about the far side are read from Asterisk's ``res/res_agi.c`` and ``main/app.c``; that values
arrive whole is tried on 22.10.1 (``tests/agi/test_real_asterisk.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from agi.outcomes import CommandFailed, HungUp, OutOfStep, UnknownCommand, Unsendable, UsageError
from callcenter.manager_events import WISH_EVENT

LONGEST_COMMAND = 2046
"""Bytes before the newline: Asterisk reads into 2,048 and takes the rest for a second command."""

MOST_PAIRS = 20
"""Variables in one MSet; Asterisk's own limit is 24, and the last takes all that follows."""

Result = dict[str, tuple[str, str]]
"""pyst2's shape of a reply: ``{"result": (value, text in parentheses)}``."""

USUAL: dict[bytes, Result] = {
    b"200 result=0": {"result": ("0", "")},
    b"200 result=1": {"result": ("1", "")},
}
"""Most replies are one of these."""
_RESULT = re.compile(r"200 result=(\S*)(?:[^(]*\((.*)\))?")
_WISH = re.compile(r"[A-Za-z0-9_.+*#@/:;-]{1,100}")
_APP_SPECIAL = re.compile(r'[\\",()\[\]]')
_LINE_END = re.compile(r"[\r\n\0]")


class Quoted(str):
    """An argument that is already quoted."""

    __slots__ = ()


_BARE = (Quoted, int)
_EMPTY = Quoted('""')


def kept(value: object) -> object:
    """One argument of a command, sent when it is empty, too."""
    return _EMPTY if value == "" else value


def _escaped(text: str) -> str:
    if not text.isprintable() and _LINE_END.search(text):
        raise Unsendable("a value with a line end or NUL")
    return text.replace("\\", "\\\\").replace('"', '\\"')


def command(words: str, arguments: Sequence[object]) -> bytes:
    """One line, newline included. Whole numbers go bare, empty text is left out, other text is quoted.

    Raises Unsendable on CR, LF and NUL, and for more than Asterisk reads.
    """
    line = words
    for argument in arguments:
        if isinstance(argument, _BARE):
            line += f" {argument}"
        elif argument != "":
            text = str(argument)
            line += f' "{text if text.isalnum() else _escaped(text)}"'
    try:
        sent = f"{line}\n".encode()
    except UnicodeEncodeError:
        raise Unsendable("a value that is not Unicode text") from None
    if len(sent) > LONGEST_COMMAND + 1:
        raise Unsendable(f"{words}: {len(sent)} bytes, Asterisk takes {LONGEST_COMMAND}")
    return sent


def application_value(text: str) -> str:
    """``text`` as one argument of a dialplan application, before AGI's own quoting.

    Applications split at commas that stand outside of quotes, parentheses and brackets; a backslash
    makes the next character literal (``ast_app_separate_args``). EXEC substitutes no ``${}``.
    """
    return text if text.isalnum() else _APP_SPECIAL.sub(r"\\\g<0>", text)


def file_list(files: Sequence[str]) -> str:
    """Prompt files, without extension, played one after the other: ``a&b``."""
    names = "&".join(files)
    if not all(files) or names.count("&") != len(files) - 1:
        raise Unsendable("a prompt file without a name, or with & in its name")
    return names


def assignments(values: Mapping[str, str]) -> Iterator[str]:
    """Arguments of as few MSet as carry ``values``, in their order. Raises Unsendable for a bad name."""
    batch: list[str] = []
    room = LONGEST_COMMAND - 16
    for name, value in values.items():
        if not _is_name(name):
            raise Unsendable(f"{name!r} is not a variable's name")
        pair = f"{name}={application_value(value)}"
        size = len(_escaped(pair).encode(errors="replace")) + len('""')
        if batch and (size > room or len(batch) == MOST_PAIRS):
            yield ",".join(batch)
            batch, room = [], LONGEST_COMMAND - 16
        batch.append(pair)
        room -= size
    if batch:
        yield ",".join(batch)


def _is_name(text: str) -> bool:
    """Latin letters, digits and _, the first no digit."""
    return text.isidentifier() and text.isascii()


def wish(name: str, values: Mapping[str, str]) -> str:
    """UserEvent's argument for a wish: words and numbers only, for a comma or a line end would begin a header.

    Raises Unsendable for anything else.
    """
    fields = {"Wish": name, **values}
    for field, value in fields.items():
        if not _is_name(field) or not _WISH.fullmatch(value):
            raise Unsendable(f"{field!r} of a wish: plain letters, digits and _ . + * # @ / : ; - only")
    return ",".join((WISH_EVENT, *(f"{field}: {value}" for field, value in fields.items())))


class Request:
    """The ``agi_…: value`` lines that Asterisk opens with, the dialplan's arguments last.

    ``arguments`` begin with the token, ``script`` is what the URL names. What else there is, some thirty lines, is
    read as it is asked for. Raises OutOfStep for arguments that are not in order, each once.
    """

    __slots__ = ("_lines", "arguments", "script")

    def __init__(self, head: bytes) -> None:
        lines, *arguments = f"\n{head.decode(errors='replace')}".split("\nagi_arg_")
        self._lines = lines + "\n"
        self.arguments = tuple([_argument(number, text) for number, text in enumerate(arguments, 1)])
        self.script = self.get("agi_network_script")

    def get(self, name: str) -> str:
        """The value of another line, empty when there is none. Raises OutOfStep when it comes twice."""
        opening = f"\n{name}: "
        _, found, rest = self._lines.partition(opening)
        if opening in rest:
            raise OutOfStep("a request with a name given twice")
        return rest[: rest.index("\n")] if found else ""


def _argument(number: int, text: str) -> str:
    found, colon, value = text.partition(": ")
    if found != str(number) or not colon or "\n" in value:
        raise OutOfStep("a request whose arguments are not in order")
    return value


def reply(line: bytes) -> Result:
    """What a verb got back, in pyst2's shape. Raises the outcome that the line stands for."""
    found = _RESULT.match(line.decode(errors="replace"))
    if found is None:
        raise _refusal(line)
    value, note = found.groups("")
    if note == "hangup":
        raise HungUp("hung up during a command")
    if value in ("-1", "-2"):
        raise CommandFailed(f"result={value}")
    return {"result": (value, note)}


def _refusal(line: bytes) -> Exception:
    if line.startswith(b"511"):
        return HungUp("dead channel")
    if line.startswith(b"510"):
        return UnknownCommand("510")
    if line.startswith(b"520"):
        return UsageError(line.decode(errors="replace"))
    return OutOfStep("a line that is no reply")
