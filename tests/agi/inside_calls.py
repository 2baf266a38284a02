"""A seat that dials, at a fake Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from agi.process import http_client
from agi.routes import routes
from agi.server import serve
from agi.services import Services
from tests.agi.flows import AT, TRUST, Caller, House
from tests.fakes.asterisk_agi import TOKEN, Exchange, request


def dial(
    house: House,
    number: str,
    sessions: Callable[[], Session] | None,
    channel: str = "PJSIP/s8002-00000001",
    moved_by: str = "",
    consults: str = "",
    ring: str = "",
    keys: Sequence[str] = (),
) -> dict[str, str]:
    """The variables that the dialplan goes on with. ``ring``: a flow's step rings so many seconds."""
    values = ("node-1.0", "", "", "", "", moved_by, number, ring, consults)
    arguments = {f"agi_arg_{place}": value for place, value in enumerate(values, 2)}

    async def whole() -> dict[str, str]:
        async with http_client(TRUST) as http:
            services = Services(house.snapshots, house.journal, lambda: AT, http, sessions=sessions)
            server = await serve("127.0.0.1", 0, routes(services), TOKEN)
            exchange = Exchange(server.port)
            line = await exchange.call(request("inside", agi_channel=channel, **arguments))
            async with asyncio.timeout(20):
                caller = await Caller(keys).talk(line)
                await server.stop(5)
            await exchange.close()
            return caller.variables

    return asyncio.run(whole())
