"""Hotline's own server with the script all peers run. argv: port.

Logging is as in production: one JSON line a session, to /dev/null.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import structlog
import uvloop

from agi.call import Call
from agi.server import serve


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
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(Path("/dev/null").open("w", buffering=1)),
        cache_logger_on_first_use=True,
    )
    await serve("127.0.0.1", int(sys.argv[1]), {"ivr": ivr, "hold": hold}, "token")
    await asyncio.Event().wait()


uvloop.run(main())
