"""One TCP connection to the manager interface: the protocol that panoramisk's Manager drives.

In the place of panoramisk's own (1.4), which loses characters split over two reads, drops the connection when
a callback raises, joins raw values into actions and sends waiting ones again after a reconnect.
``ami/connection.py`` makes one of these for each connection.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import structlog

from ami import actions
from ami.protocol import AmiStream, Message, MessageTooLong
from callcenter.errors import Unreachable

MAX_WAITING = 1000
"""Actions that may wait for their answer at once."""

MAX_LIST = 200_000
"""Messages in one list; 10,000 seats answer DeviceStateList with about 20,000."""

log = structlog.get_logger()


@dataclass
class _Waiting:
    """An action that was sent; ``answer`` becomes its response and, for a list, the items."""

    answer: asyncio.Future[list[Message]]
    as_list: bool
    messages: list[Message] = field(default_factory=list)

    def add(self, message: Message) -> bool:
        """Take one message of the answer; whether it was the last."""
        self.messages.append(message)
        if len(self.messages) > MAX_LIST:
            self.fail(f"an answer of more than {MAX_LIST} messages")
            return True
        if not self.as_list:
            return True
        part = message.get("EventList", "").lower()
        return part in ("complete", "cancelled") or ("Response" in message and part != "start")

    def succeed(self) -> None:
        if not self.answer.done():
            self.answer.set_result(self.messages)

    def fail(self, reason: str) -> None:
        if not self.answer.done():
            self.answer.set_exception(Unreachable(reason))


class Link(asyncio.Protocol):
    """Answers go to their actions by ActionID, other messages to ``on_event``, in order and at once.

    ``lost`` becomes the reason when the connection ends; every waiting action then fails with Unreachable.
    """

    def __init__(self, wanted: Collection[str], on_event: Callable[[Message], None]) -> None:
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._stream = AmiStream(wanted)
        self._wanted = frozenset(wanted)
        self._on_event = on_event
        self._waiting: dict[str, _Waiting] = {}
        self._ids = map(f"hotline-{secrets.token_hex(4)}-{{}}".format, itertools.count(1))
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._stream.feed(data):
                self._receive(message)
        except MessageTooLong as error:
            self.abort(str(error))

    def connection_lost(self, error: Exception | None) -> None:
        self.abort(str(error) if error else "Asterisk closed the connection")

    def send(
        self, action: Mapping[str, str | Sequence[str]], as_list: bool = False
    ) -> asyncio.Future[list[Message]]:
        """Write one action; the future gives its response, followed by the items if it is a list.

        Raises ActionRefused, and Unreachable when the link is down or too many actions wait.
        """
        fields = dict(action)
        name, action_id = str(fields.pop("Action")), next(self._ids)
        line = actions.encode(name, fields, action_id)
        if self._transport is None or self.lost.done():
            raise Unreachable(f"{name}: no connection to Asterisk")
        if len(self._waiting) >= MAX_WAITING:
            raise Unreachable(f"{name}: {MAX_WAITING} actions already wait for Asterisk")
        waiting = _Waiting(asyncio.get_running_loop().create_future(), as_list)
        self._waiting[action_id] = waiting
        waiting.answer.add_done_callback(lambda _: self._waiting.pop(action_id, None))
        self._transport.write(line)
        return waiting.answer

    def close(self) -> None:
        """panoramisk's name for the end."""
        self.abort("closed")

    def abort(self, reason: str) -> None:
        """End the connection at once; the first reason counts."""
        if not self.lost.done():
            self.lost.set_result(reason)
        for waiting in list(self._waiting.values()):
            waiting.fail(f"connection to Asterisk lost: {reason}")
        if self._transport is not None:
            self._transport.abort()

    def _receive(self, message: Message) -> None:
        waiting = self._waiting.get(message.action_id)
        if waiting is not None and (waiting.as_list or "Response" in message):
            if waiting.add(message):
                waiting.succeed()
        elif message.event in self._wanted:
            self._hand_over(message)

    def _hand_over(self, message: Message) -> None:
        try:
            self._on_event(message)
        except Exception:  # one event that a handler cannot take must not cost the connection
            log.exception("ami.event_failed", ami_event=message.event, call=message.get("Linkedid"))
