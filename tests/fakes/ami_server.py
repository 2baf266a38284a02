"""A manager interface over a real loopback socket, whose faults a test can choose."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import struct
from collections.abc import Callable

Action = dict[str, str]
Answer = Callable[["Session", Action], None]

SECRET = "right"
BANNER = b"Asterisk Call Manager/11.0.0\r\n"


class Session:
    """One client: what it sent, and ways to answer it, well or badly."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    def respond(self, action: Action, response: str = "Success", **headers: str) -> None:
        """The usual response, with more headers."""
        lines = {"Response": response, "ActionID": action["ActionID"], **headers}
        self.send("".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode() + b"\r\n")

    def hang_up(self) -> None:
        """FIN: the orderly end."""
        self._writer.close()

    def reset(self) -> None:
        """RST, as a killed host or a firewall sends."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


class FakeAmi:
    """``answers`` maps an action's name to what to do; by default every action is answered well.

    ``actions`` holds every action received, of all sessions, in order; ``seen`` waits for one by name.
    """

    def __init__(self, secret: str = SECRET, **answers: Answer) -> None:
        self.answers: dict[str, Answer] = {
            "Challenge": _challenge,
            "Login": self._log_in,
            "Ping": _pong,
            **answers,
        }
        self.actions: list[Action] = []
        self.sessions: list[Session] = []
        self.received = b""
        self._secret = secret
        self._changed = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> FakeAmi:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for session in self.sessions:
            session.hang_up()
        await self._server.wait_closed()

    def names(self) -> list[str]:
        """The names of all actions so far but log-in and pings."""
        return [a["Action"] for a in self.actions if a["Action"] not in ("Challenge", "Login", "Ping")]

    async def seen(self, name: str, count: int = 1) -> Action:
        """Wait until an action of that name has come so many times; the last of them."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: [a["Action"] for a in self.actions].count(name) >= count)
        return [a for a in self.actions if a["Action"] == name][-1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(writer)
        self.sessions.append(session)
        session.send(BANNER)
        try:
            while True:
                await self._take(session, await reader.readuntil(b"\r\n\r\n"))
        except (asyncio.IncompleteReadError, ConnectionError):
            session.hang_up()

    async def _take(self, session: Session, raw: bytes) -> None:
        self.received += raw
        lines = raw.decode().removesuffix("\r\n\r\n").split("\r\n")
        action = dict(line.split(": ", 1) for line in lines)
        answer = self.answers.get(action["Action"], Session.respond)
        answer(session, action)
        async with self._changed:
            self.actions.append(action)
            self._changed.notify_all()

    def _log_in(self, session: Session, action: Action) -> None:
        key = hashlib.md5(f"20261122{self._secret}".encode(), usedforsecurity=False).hexdigest()
        if action["Key"] == key:
            session.respond(action, Message="Authentication accepted")
        else:
            session.respond(action, "Error", Message="Authentication failed")
            session.hang_up()


def _challenge(session: Session, action: Action) -> None:
    session.respond(action, Challenge="20261122")


def _pong(session: Session, action: Action) -> None:
    session.respond(action, Ping="Pong")


def silent(session: Session, action: Action) -> None:
    """No answer at all."""
