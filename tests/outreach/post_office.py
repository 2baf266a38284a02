"""A real SMTP server on loopback that keeps what it is given, or says what it was told to say."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from outreach.post import Server

HANG_UP = "hang up"


class PostOffice:
    """``says`` is answered to the next RCPT commands, ``after_data`` to the next texts; then all are taken."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.says: list[str] = []
        self.after_data: list[str] = []
        self.stands_still_at: Literal["RCPT", "DATA"] | None = None
        """Whoever comes so far gets no answer, until this is None again; their text is kept."""
        self.stood = threading.Event()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._stand_still("RCPT")
        if self.says:
            return self.says.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        letter: Any = message_from_bytes(cast(bytes, envelope.content), policy=policy.default)
        self.letters.append(letter)
        await self._stand_still("DATA")
        said = self.after_data.pop(0) if self.after_data else "250 taken"
        if said == HANG_UP and server.transport:
            server.transport.abort()
        return said

    async def _stand_still(self, at: Literal["RCPT", "DATA"]) -> None:
        while self.stands_still_at == at:
            self.stood.set()
            await asyncio.sleep(0.01)


class _OnAFreePort(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@contextmanager
def open_office(port: int = 0) -> Iterator[tuple[PostOffice, Server]]:
    """A server that listens on ``port``, or a free one."""
    office = PostOffice()
    controller = _OnAFreePort(office, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield office, Server("127.0.0.1", controller.port)
    finally:
        controller.stop()
