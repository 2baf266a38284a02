"""The least that pyst2's verbs on greenlets cost: no token, no log, no limit, no way to end but well. argv: port."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop
from asterisk.agi import AGI
from greenlet import getcurrent, greenlet


class Bridge(AGI):  # type: ignore[misc]  # pyst2 has no types
    """A call whose verbs park its greenlet."""

    def __init__(self, transport: asyncio.WriteTransport, loop_side: greenlet) -> None:
        self.transport, self.loop_side = transport, loop_side

    def execute(self, command: str, *words: object) -> dict[str, tuple[str, str]]:
        """One line out, the reply's value and note in."""
        self.transport.write(f"{command} {' '.join(map(str, words))}\n".encode())
        value, _, note = self.loop_side.switch()[11:].decode().partition(" ")
        return {"result": (value, note[1:-1])}


def ivr(agi: Bridge) -> None:
    """The same eight commands as hotline.py."""
    agi.get_variable("CHANNEL(endpoint)")
    agi.get_variable("CALLERID(num)")
    agi.answer()
    key = agi.get_data("p1", 3000, 1)
    agi.set_variable("MENU1", key)
    if key == "1":
        key = agi.get_data("p2", 3000, 1)
        agi.set_variable("MENU2", key)
        if key in ("1", "2"):
            agi.set_variable("RESULT", "sales")


def hold(agi: Bridge) -> None:
    """A call that waits."""
    agi.answer()
    agi.set_variable("MENU1", "1")
    agi.wait_for_digit(20000)


class Connection(asyncio.Protocol):
    """Its first piece is the request, each other a reply."""

    __slots__ = ("_script", "_transport")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._script = greenlet(self._run)

    def data_received(self, data: bytes) -> None:
        self._script.switch(data[:-1])

    def _run(self, request: bytes) -> None:
        env = dict(line.split(": ", 1) for line in request.decode().split("\n") if line)
        loop_side = cast(greenlet, getcurrent().parent)
        script = {"ivr": ivr, "hold": hold}.get(env["agi_network_script"])
        if script is not None:
            script(Bridge(self._transport, loop_side))
        self._transport.close()


async def main() -> None:
    """Serve until killed."""
    await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    await asyncio.Event().wait()


uvloop.run(main())
