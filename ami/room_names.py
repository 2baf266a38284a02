"""Tells those in a room who comes and who goes, by the names they said themselves (``agi/scripts/conference.py``)."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import structlog

from ami.members import Manager
from ami.protocol import Message
from ami.saying import say
from callcenter.calls.room_names import forget_old, spoken_name
from callcenter.errors import HotlineError
from callcenter.prompt_index import PromptIndex
from callcenter.site import Site

log = structlog.get_logger()
WORDS = {"ConfbridgeJoin": "house-room-joined", "ConfbridgeLeave": "house-room-left"}
FORGET_SECONDS = 30.0
"""By then the name has been said for the last time."""


class RoomNames:
    """``live`` gives what is live now, the site and its prompts; it reads files and blocks. ``spool`` is Asterisk's."""

    def __init__(self, manager: Manager, live: Callable[[], tuple[Site, PromptIndex]], spool: Path) -> None:
        self._manager = manager
        self._live = live
        self._spool = spool
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self._here: dict[str, dict[str, str]] = defaultdict(dict)
        """Room → who is in it: uniqueid → channel."""

    def listen(self, on: Callable[[str, Callable[[Message], None]], None]) -> None:
        """Have the listener tell who comes and goes."""
        for event in WORDS:
            on(event, self._heard.put_nowait)

    async def run(self) -> None:
        """Until cancelled. What can't be said is not said: nobody is kept from a room for that."""
        while True:
            message = await self._heard.get()
            try:
                await self.tell(message)
                await asyncio.to_thread(forget_old, self._spool, time.time())
            except (HotlineError, OSError, KeyError, ValueError) as error:
                log.warning("conference.name_not_said", error=str(error))

    async def tell(self, message: Message) -> None:
        """Somebody came or went. Raises what keeps it from being said."""
        room, uniqueid = message["Conference"], message["Uniqueid"]
        here = self._here[room]
        here.pop(uniqueid, None)
        others = list(here.values())
        if message.event == "ConfbridgeJoin":
            here[uniqueid] = message["Channel"]
        name = spoken_name(self._spool, uniqueid)
        if not name.exists():
            return
        site, prompts = await asyncio.to_thread(self._live)
        word = prompts.find(WORDS[str(message.event)], site.languages[0]).path
        for channel in others:
            await say(self._manager, channel, [str(name.with_suffix("")), word])
        if message.event == "ConfbridgeLeave":
            asyncio.get_running_loop().call_later(FORGET_SECONDS, lambda: name.unlink(missing_ok=True))
