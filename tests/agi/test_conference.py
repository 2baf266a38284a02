"""Who may come into a room: the PIN makes a member or the host; three wrong ones make nobody."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from agi.process import http_client
from agi.routes import routes
from agi.server import serve
from agi.services import Services
from tests.agi.flows import TRUST, Caller, House, publish
from tests.callcenter.flow_sites import flow, site
from tests.fakes.asterisk_agi import TOKEN, Exchange, request

pytestmark = [pytest.mark.req("CALL-5")]
AT = dt.datetime(2026, 3, 3, 12, 0, tzinfo=dt.UTC)
PINS = {"room/8801": "135790", "room-host/8801": "864209", "room/8802": "112358", "room/8803": "271828"}
ROOMS = [{"number": "8801", "title": "With a host"}, {"number": "8802", "title": "Without", "host": False}]
NAMED = {"number": "8803", "title": "By name", "host": False, "announce": "name"}


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    publish(house.etc, 7, site(flow({"begin": {"kind": "hangup"}}), rooms=[*ROOMS, NAMED]))
    return house


def enter(house: House, room: str, *keys: str) -> str | None:
    """As what somebody who types these PINs comes into the room; None when nothing was decided."""
    return talk(house, room, *keys).variables.get("HL_ADMIT")


def talk(house: House, room: str, *keys: str) -> Caller:

    async def whole() -> Caller:
        caller = Caller(keys)
        async with http_client(TRUST) as http:
            given: Any = {"secret": PINS.get, "spool": Path("/spool")}
            services = Services(house.snapshots, house.journal, lambda: AT, http, **given)
            server = await serve("127.0.0.1", 0, routes(services), TOKEN)
            exchange = Exchange(server.port)
            values = ["node-1.0", "7", room, "zh"]
            arguments = {f"agi_arg_{place}": value for place, value in enumerate(values, 2)}
            line = await exchange.call(request("conference", **arguments))
            async with asyncio.timeout(20):
                await caller.talk(line)
                await server.stop(5)
            await exchange.close()
        return caller

    return asyncio.run(whole())


@pytest.mark.parametrize(
    ("room", "keys", "admitted"),
    [
        ("8801", ["135790"], "waiting"),
        ("8801", ["864209"], "host"),
        ("8801", ["1", "2", "864209"], "host"),
        ("8801", ["1", "2", "3", "864209"], ""),
        ("8801", [], ""),
        ("8802", ["112358"], "member"),
        ("8802", ["135790"], ""),
        ("9999", ["135790"], ""),
    ],
)
def test_the_pin_says_as_what_one_comes_in(room: str, keys: list[str], admitted: str, house: House) -> None:
    assert enter(house, room, *keys) == admitted


def test_who_comes_into_a_room_with_names_says_theirs_and_nobody_else_does(house: House) -> None:
    def recorded(room: str, *keys: str) -> list[str]:
        return [verb for verb in talk(house, room, *keys).verbs if "Record" in verb]

    [verb] = recorded("8803", "271828")
    assert "/spool/conferences/names/" in verb
    assert recorded("8803", "1", "2", "3") == recorded("8802", "112358") == []
