"""Hotline's own server, with the script that all peers run, and logging as in production. argv: port."""

from __future__ import annotations

import asyncio
import sys

import uvloop

from agi.call import Call
from agi.server import serve
from callcenter.logging import configure


def ivr(call: Call) -> None:
    """Eight commands: two variables, answer, two menus, what they chose."""
    call.get_variable("CHANNEL(endpoint)")
    call.get_variable("CALLERID(num)")
    call.answer()
    key = call.ask_digits(["p1"], most=1, wait_ms=3000)
    call.set_variable("MENU1", key)
    if key == "1":
        key = call.ask_digits(["p2"], most=1, wait_ms=3000)
        call.set_variable("MENU2", key)
        if key in ("1", "2"):
            call.set_variables({"RESULT": "sales"})


def hold(call: Call) -> None:
    """A call that waits."""
    call.answer()
    call.set_variable("MENU1", "1")
    call.wait_for_digit(20000)


async def main() -> None:
    """Serve until killed."""
    await serve("127.0.0.1", int(sys.argv[1]), {"ivr": ivr, "hold": hold}, "bench")
    await asyncio.Event().wait()


configure("info", "agi")
uvloop.run(main())
