"""What calls ask of the listener: ``UserEvent(HotlineWish,Wish: NAME,…)`` → the handler in ``WISHES``.

A feature code, a key in a call or the dialplan raises the event; ``agi/scripts/features/desk.py`` does it for
features. The event carries the channel (Channel, Uniqueid, Linkedid) and whatever the wish adds. A handler is a
coroutine; its failure is logged and ends nothing. Database work belongs into a thread (``asyncio.to_thread``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session, sessionmaker

from ami import hand_wishes
from ami.agent_wishes import members
from ami.connection import AmiConnection
from ami.listener import Listener
from ami.protocol import Message
from ami.pushing import pushed
from callcenter.errors import HotlineError
from callcenter.manager_events import WISH_EVENT
from callcenter.ports import Clock
from callcenter.site import Site

log = structlog.get_logger()


@dataclass(frozen=True)
class Tools:
    """What a handler may use. ``site`` and ``sessions`` block."""

    phone: AmiConnection
    listener: Listener
    sessions: sessionmaker[Session]
    site: Callable[[], Site]
    clock: Clock


Handler = Callable[[Tools, Message], Awaitable[None]]

WISHES: dict[str, Handler] = {
    "supervise": hand_wishes.supervise,
    "members": members,
    "survey": pushed,
}
"""Wish → handler. A handler lives in the file of its subject and is one line here."""


class Wishes:
    """Takes the manager's UserEvents; each wish runs as a task of its own."""

    def __init__(self, tools: Tools, handlers: Mapping[str, Handler] = WISHES) -> None:
        self._tools = tools
        self._handlers = handlers
        self._running: set[asyncio.Task[None]] = set()

    def hear(self, message: Message) -> None:
        """The manager's callback for UserEvent."""
        if message.get("UserEvent") != WISH_EVENT:
            return
        task = asyncio.get_running_loop().create_task(self._grant(message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _grant(self, message: Message) -> None:
        name, call = message.get("Wish", ""), message.get("Linkedid")
        handler = self._handlers.get(name)
        if handler is None:
            log.error("wish.unknown", wish=name, call=call)
            return
        try:
            await handler(self._tools, message)
            log.info("wish.granted", wish=name, call=call)
        except HotlineError as error:
            log.warning("wish.refused", wish=name, call=call, reason=str(error))
        except Exception as error:  # the edge: whatever is wrong with one wish, the listener goes on
            log.exception("wish.failed", wish=name, call=call, error=type(error).__name__)
