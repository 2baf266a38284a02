"""The bytes of Asterisk's manager interface (AMI) turned into messages. No sockets: bytes in, messages out.

A storm is mostly events nobody wants (of the 106 a call makes, 15 matter), so an event's name is looked at
while it is still bytes and the rest is decoded only if wanted. ``ami/link.py`` feeds this from a socket.

The format: a banner line, then messages of ``Name: value`` lines, each message ended by an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from sys import intern

from callcenter.errors import HotlineError

MAX_MESSAGE = 1024 * 1024
"""Bytes of the longest message taken; a queue call's longest is under 2,000."""

_END = b"\r\n\r\n"
_BANNER = re.compile(rb"\AAsterisk Call Manager/[^\r]*\r\n")
_EVENT = b"Event: "
_RESPONSE = b"Response: "
_ACTION_ID = b"\r\nActionID: "
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_C_ESCAPES = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


class MessageTooLong(HotlineError):
    """What arrived is no message of the manager interface; the connection must be closed."""

    def __init__(self) -> None:
        super().__init__(f"the manager interface sent a message of more than {MAX_MESSAGE} bytes")


class Message(dict[str, str]):
    """One event or response: header → value, in the order they came.

    Of a repeated header (``ChanVariable``, ``Output``) this gives the first value, ``all`` every one.
    A line that is no header is kept under the name "".
    """

    repeated: dict[str, list[str]] | None = None

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order; [] when there is none."""
        if self.repeated and name in self.repeated:
            return self.repeated[name]
        return [self[name]] if name in self else []

    @property
    def event(self) -> str:
        """The event's name, "" for a response."""
        return self.get("Event", "")

    @property
    def action_id(self) -> str:
        """The id of the action this answers, "" for an event of its own accord."""
        return self.get("ActionID", "")


class AmiStream:
    """One connection's bytes. ``wanted`` are the names of the events to let through.

    Responses and events that carry an ActionID (the items of a list) are let through whatever their name.
    """

    def __init__(self, wanted: Collection[str]) -> None:
        self._heads = frozenset(_EVENT + name.encode() for name in wanted)
        self._rest = b""
        self._at_start = True

    def feed(self, data: bytes) -> Iterator[Message]:
        """Give the messages that ``data`` completes, the same however the stream is cut.

        Exhaust it before the next call. Raises MessageTooLong after the messages before the long one.
        """
        unread = self._rest + data
        *complete, self._rest = unread.split(_END)
        if self._at_start and complete:
            self._at_start = False
            complete[0] = _BANNER.sub(b"", complete[0])
        special = _ACTION_ID in unread or len(unread) > MAX_MESSAGE
        heads = self._heads
        for raw in complete:  # the hot path: most events are left at their first line
            end = raw.find(b"\r\n")
            if special or end < 1:
                yield from self._examine(raw)
            elif raw[:end] in heads:
                yield parse(raw)
        if len(self._rest) >= MAX_MESSAGE + len(_END):
            raise MessageTooLong

    def _examine(self, raw: bytes) -> Iterator[Message]:
        """The message, if it is to be let through: with answers and stray line ends in mind."""
        if len(raw) > MAX_MESSAGE:
            raise MessageTooLong
        while raw.startswith(b"\r\n"):
            raw = raw[2:]
        is_answer = raw.startswith((_EVENT, _RESPONSE)) and _ACTION_ID in raw
        if is_answer or raw.partition(b"\r\n")[0] in self._heads:
            yield parse(raw)


def parse(raw: bytes) -> Message:
    """One message without its closing empty line; never fails, whatever the bytes."""
    message = _headers(raw)
    if b"\\" in raw and message.event == "VarSet":
        value = raw.partition(b"\r\nValue: ")[2].partition(b"\r\n")[0]
        message["Value"] = decode(_unescape(value))
    return message


def _unescape(value: bytes) -> bytes:
    """Undo ast_escape_c, which Asterisk does to the value in VarSet and to nothing else."""
    return _ESCAPED.sub(lambda match: _C_ESCAPES.get(match[1], match[1]), value)


def _headers(raw: bytes) -> Message:
    try:
        pairs = [line.split(": ", 1) for line in raw.decode().split("\r\n")]
        # Names are half of what a storm takes in memory.
        message = Message({intern(name): value for name, value in pairs})
    except ValueError:  # another encoding, or a line that is no pair
        pairs = [_header(line) for line in raw.split(b"\r\n")]
        message = Message(pairs)
    if len(message) != len(pairs):
        _keep_repeated(message, pairs)
    return message


def _keep_repeated(message: Message, pairs: list[list[str]]) -> None:
    every: dict[str, list[str]] = {}
    for name, value in pairs:
        every.setdefault(name, []).append(value)
    message.repeated = {name: values for name, values in every.items() if len(values) > 1}
    for name, values in message.repeated.items():
        message[name] = values[0]


def _header(line: bytes) -> list[str]:
    """Name and value of a line that came in another encoding, or is no header at all (its name is "")."""
    name, colon, value = line.partition(b":")
    if not colon:
        return ["", decode(line)]
    return [decode(name), decode(value.removeprefix(b" "))]


def decode(value: bytes) -> str:
    """Text of a value: UTF-8, else GB18030 (Chinese trunks), else UTF-8 with ``\\xff`` for stray bytes.

    The result can always be encoded again, so one hostile caller name cannot stop a database or a page.
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode("utf-8", "backslashreplace")
