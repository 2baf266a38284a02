"""A manager connection that stays up: log in, watch the link, come back after a loss, never repeat an action.

panoramisk's Manager opens the connection and carries the actions; ``ami/link.py`` is the protocol it drives.
The listener gets the events, ``callcenter.ports.PhoneSystem`` is ``action``.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import structlog
from panoramisk.manager import Manager

from ami import actions
from ami.actions import Fields
from ami.link import Link
from ami.protocol import Message
from callcenter.errors import HotlineError, Unreachable
from callcenter.ports import Clock

FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 3.0

log = structlog.get_logger()


class ActionFailed(HotlineError):
    """Asterisk answered an action with Error; the message is Asterisk's own."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where Asterisk's manager interface is and who we are there. The secret is in no repr, log or action."""

    host: str
    port: int
    username: str
    secret: str = field(repr=False)


class _Manager(Manager):  # type: ignore[misc]  # panoramisk has no types
    """panoramisk's Manager for the length of one connection; AmiConnection reconnects and pings."""

    def connection_made(self, task: asyncio.Task[tuple[asyncio.Transport, Link]]) -> None:
        if not task.cancelled() and task.exception() is None:
            super().connection_made(task)

    def ping(self) -> None:
        """Nothing: panoramisk's own pings are never checked."""


class AmiConnection:
    """``run`` keeps the connection until ``close``; ``action`` and ``action_list`` work while it is up.

    ``on_event`` gets each message named in ``wanted``, in order; it must only hand over, for nothing is read
    meanwhile. ``on_state`` is called when the connection comes up, and when it is down for a new reason.
    A dead link is noticed within ``ping_seconds`` plus ``answer_seconds``. Put FullyBooted among ``wanted``:
    the snapshots of an Asterisk that still boots are not whole.
    """

    def __init__(
        self,
        account: Account,
        *,
        wanted: Collection[str],
        on_event: Callable[[Message], None],
        on_state: Callable[[bool, datetime, str], None],
        clock: Clock,
        ping_seconds: float = 5.0,
        answer_seconds: float = 8.0,
    ) -> None:
        self._account = account
        self._wanted, self._on_event = frozenset(wanted), on_event
        self._on_state, self._clock = on_state, clock
        self._ping_seconds, self._answer_seconds = ping_seconds, answer_seconds
        self._manager: _Manager | None = None
        self._running: asyncio.Task[None] | None = None
        self._state = (False, "not started")

    @property
    def is_up(self) -> bool:
        """Whether actions can be sent."""
        return self._state[0]

    @property
    def reason(self) -> str:
        """Why it is not up; empty when it is."""
        return self._state[1]

    async def run(self) -> None:
        """Connect, again after each loss with growing pauses, until ``close``; no network error gets out."""
        running = self._running = asyncio.create_task(self._stay_connected())
        try:
            await asyncio.wait([running])
        finally:
            running.cancel()
        if not running.cancelled():
            running.result()
        self._tell(False, "closed")

    def close(self) -> None:
        """End ``run`` at once; waiting actions fail with Unreachable."""
        if self._running is not None:
            self._running.cancel()

    async def action(self, name: str, fields: Fields) -> Message:
        """Send one action, give its response: ``Response`` is Success or Error.

        Raises ActionRefused for what may not be sent, Unreachable when not connected or not answered in time.
        After Unreachable the action may or may not have been done: it is never sent twice.
        """
        return (await self._ask(name, fields, as_list=False))[0]

    async def action_list(self, name: str, fields: Fields) -> list[Message]:
        """Send an action that answers with a list, give its items.

        Raises as ``action``, and ActionFailed when Asterisk answers Error or breaks the list off.
        """
        response, *items = await self._ask(name, fields, as_list=True)
        _require_success(name, response)
        if items and items[-1]["EventList"].lower() == "cancelled":
            raise ActionFailed(f"{name}: Asterisk broke the list off")
        return items[:-1]

    async def _ask(self, name: str, fields: Fields, *, as_list: bool) -> list[Message]:
        if self._manager is None:
            raise Unreachable(f"{name}: no connection to Asterisk: {self._state[1]}")
        return await self._send(self._manager, name, fields, as_list=as_list)

    async def _send(
        self, manager: _Manager, name: str, fields: Fields, *, as_list: bool = False
    ) -> list[Message]:
        answer = manager.send_action({**fields, "Action": name}, as_list=as_list)
        try:
            async with asyncio.timeout(self._answer_seconds):  # Python 3.11's wait_for can swallow a cancel
                return cast(list[Message], await answer)
        except TimeoutError:
            raise Unreachable(f"{name}: no answer from Asterisk in {self._answer_seconds:g} s") from None

    async def _stay_connected(self) -> None:
        loop, pause = asyncio.get_running_loop(), FIRST_RETRY_SECONDS
        while True:
            began = loop.time()
            self._tell(False, await self._one_connection())
            lasted = loop.time() - began > LAST_RETRY_SECONDS
            pause = FIRST_RETRY_SECONDS if lasted else min(2 * pause, LAST_RETRY_SECONDS)
            await asyncio.sleep(pause)

    async def _one_connection(self) -> str:
        """Connect, log in and watch the link to its end; the reason of the end."""
        manager = self._new_manager()
        try:
            async with asyncio.timeout(self._answer_seconds):
                await manager.connect()
            await self._log_in(manager)
            self._manager = manager
            self._tell(True, "")
            return await self._watch(manager)
        except TimeoutError:
            return f"no connection in {self._answer_seconds:g} s"
        except (OSError, HotlineError) as error:
            return str(error)
        finally:
            self._manager = None
            manager.close()

    def _new_manager(self) -> _Manager:
        return _Manager(
            host=self._account.host,
            port=self._account.port,
            loop=asyncio.get_running_loop(),
            protocol_factory=lambda: Link(self._wanted, self._on_event),
        )

    async def _log_in(self, manager: _Manager) -> None:
        """By challenge, so that the secret is neither on the wire nor in any action that could be logged."""
        [response] = await self._send(manager, "Challenge", {"AuthType": "MD5"})
        _require_success("log-in", response)
        proof = response.get("Challenge", "") + self._account.secret
        key = hashlib.md5(proof.encode(), usedforsecurity=False).hexdigest()
        fields = {"AuthType": "MD5", "Username": self._account.username, "Key": key}
        if not self._wanted:
            fields["Events"] = "off"  # each reader costs Asterisk half a millisecond a call
        [response] = await self._send(manager, "Login", fields)
        _require_success("log-in", response)

    async def _watch(self, manager: _Manager) -> str:
        """Ping until the link is lost; the reason. Raises Unreachable when a ping is not answered."""
        lost: asyncio.Future[str] = manager.protocol.lost
        while not lost.done():
            await asyncio.wait([lost], timeout=self._ping_seconds)
            if not lost.done():
                await self._send(manager, *actions.ping())
        return lost.result()

    def _tell(self, connected: bool, reason: str) -> None:
        if self._state == (connected, reason):
            return
        self._state = (connected, reason)
        where = {"host": self._account.host, "port": self._account.port}
        if connected:
            log.info("ami.up", **where)
        else:
            log.info("ami.down", reason=reason, **where)
        try:
            self._on_state(connected, self._clock(), reason)
        except Exception:  # the link is worth more than whoever watches it
            log.exception("ami.state_failed", connected=connected)


def _require_success(name: str, response: Message) -> None:
    if response.get("Response") != "Success":
        raise ActionFailed(f"{name}: Asterisk says {response.get('Message', 'nothing')!r}")
