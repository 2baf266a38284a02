"""The words of AGI: commands out, request and replies in. Bytes and text only, no I/O.

Facts about the far side are from Asterisk's ``res/res_agi.c`` and ``main/app.c``, tried on 22.10.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from agi.outcomes import CommandFailed, HungUp, OutOfStep, UnknownCommand, Unsendable, UsageError

LONGEST_COMMAND = 2046
"""Bytes before the newline: Asterisk reads into 2,048 and takes the rest for a second command."""

MOST_PAIRS = 20
"""Variables in one MSet; Asterisk's own limit is 24, and the last takes all that follows."""

Result = dict[str, tuple[str, str]]
"""pyst2's shape of a reply: ``{"result": (value, text in parentheses), "endpos": (value, "")}``."""

_SILENT: Result = {"result": ("0", "")}
_SET: Result = {"result": ("1", "")}
_PAIR = re.compile(r"(\w+)=(\S*)(?:\s+\((.*)\))?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_APP_SPECIAL = re.compile(r'[\\",()\[\]]')
_AGI_SPECIAL = re.compile(r'[\\"\r\n\0]')
_LINE_END = re.compile(r"[\r\n\0]")


class Quoted(str):
    """An argument that is already quoted."""

    __slots__ = ()


def quote(value: object) -> Quoted:
    """One AGI argument, whatever is in it. Raises Unsendable on CR, LF, NUL."""
    text = str(value)
    if _AGI_SPECIAL.search(text):
        if _LINE_END.search(text):
            raise Unsendable("a value with a line end or NUL")
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return Quoted(f'"{text}"')


def command(words: str, arguments: Sequence[object]) -> bytes:
    """One line, newline included. Whole numbers go bare, empty text that is not quoted is left out."""
    parts = [words]
    for argument in arguments:
        if isinstance(argument, Quoted):
            parts.append(argument)
        elif isinstance(argument, int):
            parts.append(str(argument))
        elif argument != "":
            parts.append(quote(argument))
    try:
        line = " ".join(parts).encode()
    except UnicodeEncodeError:
        raise Unsendable("a value that is not Unicode text") from None
    if len(line) > LONGEST_COMMAND:
        raise Unsendable(f"{words}: {len(line)} bytes, Asterisk takes {LONGEST_COMMAND}")
    return line + b"\n"


def application_value(text: str) -> str:
    """``text`` as one argument of a dialplan application, before AGI's own quoting.

    Applications split at commas that stand outside of quotes, parentheses and brackets; a backslash
    makes the next character literal (``ast_app_separate_args``). EXEC substitutes no ``${}``.
    """
    return _APP_SPECIAL.sub(r"\\\g<0>", text)


def file_list(files: Sequence[str]) -> str:
    """Prompt files, without extension, played one after the other: ``a&b``."""
    if not files or any(not file or "&" in file for file in files):
        raise Unsendable("a prompt file without a name, or with & in its name")
    return "&".join(files)


def assignments(values: Mapping[str, str]) -> Iterator[str]:
    """Arguments of as few MSet as carry ``values``, in their order. Raises Unsendable for a bad name."""
    batch: list[str] = []
    room = LONGEST_COMMAND - 16
    for name, value in values.items():
        if not _NAME.fullmatch(name):
            raise Unsendable(f"{name!r} is not a variable's name")
        pair = f"{name}={application_value(value)}"
        size = len(quote(pair).encode(errors="replace"))
        if batch and (size > room or len(batch) == MOST_PAIRS):
            yield ",".join(batch)
            batch, room = [], LONGEST_COMMAND - 16
        batch.append(pair)
        room -= size
    if batch:
        yield ",".join(batch)


def request(head: bytes) -> dict[str, str]:
    """The ``agi_…: value`` lines Asterisk opens with. Raises OutOfStep when it is no such request."""
    lines = head.decode(errors="replace").split("\n")
    try:
        environment = dict([line.split(": ", 1) for line in lines])
    except ValueError:
        raise OutOfStep("a request line without a name") from None
    if len(environment) < len(lines):
        raise OutOfStep("a request with a name given twice")
    return environment


def reply(line: bytes) -> Result:
    """What a verb got back, in pyst2's shape. Raises the outcome that the line stands for."""
    if line == b"200 result=0":
        return _SILENT
    if line == b"200 result=1":
        return _SET
    if not line.startswith(b"200 "):
        raise _refusal(line)
    found = {name: (value, note) for name, value, note in _PAIR.findall(line[4:].decode(errors="replace"))}
    if "result" not in found:
        raise OutOfStep("a 200 without a result")
    if found["result"][1] == "hangup":
        raise HungUp("hung up during a command")
    if found["result"][0] in ("-1", "-2"):
        raise CommandFailed(f"result={found['result'][0]}")
    return found


def _refusal(line: bytes) -> Exception:
    if line.startswith(b"511"):
        return HungUp("dead channel")
    if line.startswith(b"510"):
        return UnknownCommand("510")
    if line.startswith(b"520"):
        return UsageError(line.decode(errors="replace"))
    return OutOfStep("a line that is no reply")
