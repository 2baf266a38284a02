"""panoramisk's FastAGI as it is, on uvloop. argv: port."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import uvloop
from panoramisk.fast_agi import Application


async def ivr(request: Any) -> None:
    """The same eight commands as hotline.py."""
    ask = request.send_command
    await ask('GET VARIABLE "CHANNEL(endpoint)"')
    await ask('GET VARIABLE "CALLERID(num)"')
    await ask("ANSWER")
    key = (await ask("GET DATA p1 3000 1"))["result"][0]
    await ask(f'SET VARIABLE "MENU1" "{key}"')
    if key == "1":
        key = (await ask("GET DATA p2 3000 1"))["result"][0]
        await ask(f'SET VARIABLE "MENU2" "{key}"')
        if key in ("1", "2"):
            await ask('SET VARIABLE "RESULT" "sales"')


async def hold(request: Any) -> None:
    """A call that waits."""
    await request.send_command("ANSWER")
    await request.send_command('SET VARIABLE "MENU1" "1"')
    await request.send_command("WAIT FOR DIGIT 20000")


async def main() -> None:
    """Serve until killed."""
    application = Application(loop=asyncio.get_running_loop())
    application.add_route("ivr", ivr)
    application.add_route("hold", hold)
    server = await asyncio.start_server(application.handler, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    await server.serve_forever()


uvloop.run(main())
