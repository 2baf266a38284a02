"""Asterisk's side of FastAGI over a real TCP connection, played by a test.

``arguments`` takes a command apart by the rules of ``parse_args`` in Asterisk's res/res_agi.c, so a
test sees what Asterisk would see.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress

TOKEN = "an-install-token"
PATIENCE_S = 10.0

_WORD = re.compile(r'(?:[^\s"\\]|\\.|"(?:[^"\\]|\\.)*")+', re.DOTALL)
_PIECE = re.compile(r'\\(.)|"((?:[^"\\]|\\.)*)"', re.DOTALL)


def request(script: str = "ivr", token: str = TOKEN, **more: str) -> bytes:
    """The lines Asterisk 22 opens with; ``more`` are further ``agi_…`` values."""
    values: Mapping[str, str] = {
        "agi_network": "yes",
        "agi_network_script": script,
        "agi_channel": "PJSIP/e1-00000001",
        "agi_language": "zh",
        "agi_uniqueid": "node-1.1",
        "agi_callerid": "13800138000",
        "agi_extension": "4001",
        "agi_accountcode": "",
        "agi_arg_1": token,
        "agi_arg_2": "node-1.0",
        "agi_arg_3": "7",
        **more,
    }
    return "".join(f"{name}: {value}\n" for name, value in values.items()).encode() + b"\n"


def arguments(line: str) -> list[str]:
    """The words Asterisk makes of a command line."""

    def bare(match: re.Match[str]) -> str:
        inner = match[1] if match[1] is not None else match[2]
        return inner if match[1] is not None else re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL)

    return [_PIECE.sub(bare, word) for word in _WORD.findall(line)]


class Asterisk:
    """One connection of an Asterisk to the server under test."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)

    async def command(self) -> str:
        """The next command, or "" when the server has closed."""
        try:
            line = await asyncio.wait_for(self.reader.readline(), PATIENCE_S)
        except ConnectionResetError:
            return ""
        return line.decode().removesuffix("\n")

    async def answer(self, reply: str) -> str:
        """Take a command, give it ``reply``; returns the command."""
        line = await self.command()
        self.send(reply.encode() + b"\n")
        return line

    async def closed(self) -> bool:
        """Wait until the server has closed; True when it said nothing more before."""
        return await self.command() == ""

    async def hang_up(self) -> None:
        """Close, as Asterisk does with AGIEXITONHANGUP=yes."""
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


class Exchange:
    """All of a test's connections to the server on ``port``."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connections: list[Asterisk] = []

    async def call(self, opening: bytes | None = None) -> Asterisk:
        """Connect and send a request, or other bytes."""
        asterisk = Asterisk(*await asyncio.open_connection("127.0.0.1", self.port))
        self.connections.append(asterisk)
        asterisk.send(request() if opening is None else opening)
        return asterisk

    async def close(self) -> None:
        """Close what is still open."""
        for asterisk in self.connections:
            await asterisk.hang_up()
