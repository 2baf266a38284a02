"""The least that uvloop costs: eight fixed lines, whatever was answered; no script, no log, no token. argv: port."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop

IVR = (
    b"GET VARIABLE CHANNEL(endpoint)\n",
    b"GET VARIABLE CALLERID(num)\n",
    b"ANSWER\n",
    b"GET DATA p1 3000 1\n",
    b'SET VARIABLE MENU1 "1"\n',
    b"GET DATA p2 3000 1\n",
    b'SET VARIABLE MENU2 "1"\n',
    b'SET VARIABLE RESULT "sales"\n',
)
HOLD = (b"ANSWER\n", b'SET VARIABLE MENU1 "1"\n', b"WAIT FOR DIGIT 20000\n")


class Floor(asyncio.Protocol):
    """One session: a line out for every piece in."""

    __slots__ = ("_lines", "_transport")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._lines = iter(())

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"agi_"):
            self._lines = iter(HOLD if b"agi_network_script: hold\n" in data else IVR)
        line = next(self._lines, None)
        if line is None:
            self._transport.close()
        else:
            self._transport.write(line)


async def main() -> None:
    """Serve until killed."""
    await asyncio.get_running_loop().create_server(Floor, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    await asyncio.Event().wait()


uvloop.run(main())
