"""The same server under a real Asterisk 22: keys typed ahead, hostile values, a frozen server."""

from __future__ import annotations

import asyncio
import shutil
import socket
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvloop

from agi.call import Call
from agi.protocol import LONGEST_COMMAND
from agi.routes import Routes
from agi.server import serve
from tests.agi.real_asterisk import RealAsterisk
from tests.fakes.asterisk_agi import TOKEN

pytestmark = pytest.mark.asterisk


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a path short enough for Asterisk's control socket."""
    path = Path(tempfile.mkdtemp(prefix="hotline-agi-"))
    yield path
    shutil.rmtree(path)


def play_out(
    home: Path, routes: Routes, scene: Callable[[RealAsterisk], Awaitable[None]], port: int | None = None
) -> None:
    """Run ``scene`` against an Asterisk whose calls ask ``routes``; ``port``: calls ask there first."""

    async def whole() -> None:
        server = await serve("127.0.0.1", 0, routes, TOKEN)
        asterisk = RealAsterisk(home, port or server.port, TOKEN, server.port)
        try:
            await asterisk.start()
            await asyncio.wait_for(scene(asterisk), 60)
        finally:
            await asterisk.stop()
            await server.stop(5)

    uvloop.run(whole())


@pytest.mark.req("IVR-1")
def test_keys_typed_ahead_at_five_a_second_land_in_three_menus(home: Path, logged: list[Any]) -> None:
    heard: list[str] = []
    calls = 10
    done = asyncio.Event()

    def three_menus(call: Call) -> None:
        call.answer()
        keys = ""
        for _ in range(3):
            call.arm(2 + 3 + 3)
            keys += call.ask_digit([f"{home}/prompt"], "0123456789*#", 3000) or "-"
        heard.append(keys)
        call.set_variables({"HL_DONE": "1"})
        if len(heard) == calls:
            done.set()

    async def scene(asterisk: RealAsterisk) -> None:
        for _ in range(calls):
            await asterisk.call("123")
        await done.wait()

    play_out(home, {"ivr": three_menus, "menu": lambda call: None}, scene)
    assert heard == ["123"] * calls


HOSTILE = [
    "a,HL_DONE=1",
    '"',
    "'\"\\",
    "\\",
    "a\\,b",
    "${HL_DONE}${SHELL(id)}",
    "$[1+1]",
    "(", ")", "[", "]", "f(x,y)", "a=b=c",
    " lead and trail ",
    "", ";", "|", "&", "客服 13800138000", "x" * 1500,
    '"' * 400,
]  # fmt: skip


@pytest.mark.req("SEC-2")
def test_hostile_values_read_back_as_they_were(home: Path, logged: list[Any]) -> None:
    wanted = {f"HL_{number}": value for number, value in enumerate(HOSTILE)}
    found: dict[str, str] = {}
    done = asyncio.Event()

    def script(call: Call) -> None:
        call.answer()
        call.set_variables(wanted)
        for name in wanted:
            found[name] = call.get_full_variable(f"${{{name}}}")  # GET VARIABLE cuts at 1,023 bytes
        found["HL_DONE"] = call.get_variable("HL_DONE")
        done.set()

    async def scene(asterisk: RealAsterisk) -> None:
        await asterisk.call()
        await done.wait()

    play_out(home, {"ivr": script, "menu": lambda call: None}, scene)
    assert found == wanted | {"HL_DONE": ""}


def test_the_longest_command_arrives_whole(home: Path, logged: list[Any]) -> None:
    found: list[str] = []
    done = asyncio.Event()
    value = "x" * (LONGEST_COMMAND - len('SET VARIABLE "HL_LONG" ""'))

    def script(call: Call) -> None:
        call.answer()
        call.set_variable("HL_LONG", value)
        found.append(call.get_full_variable("${HL_LONG}"))
        done.set()

    async def scene(asterisk: RealAsterisk) -> None:
        await asterisk.call()
        await done.wait()

    play_out(home, {"ivr": script, "menu": lambda call: None}, scene)
    assert found == [value]


@pytest.mark.req("P1")
def test_a_frozen_server_leaves_the_caller_to_the_static_menu(home: Path, logged: list[Any]) -> None:
    """A stopped process is one whose connections the kernel takes, and which never reads them."""
    came: list[tuple[float, str]] = []
    done = asyncio.Event()

    def menu(call: Call) -> None:
        call.answer()
        came.append((time.monotonic(), call.args[1]))
        done.set()

    async def scene(asterisk: RealAsterisk) -> None:
        began = time.monotonic()
        await asterisk.call()
        await done.wait()
        assert came[0][0] - began < 6
        assert came[0][1] == ""

    with socket.socket() as frozen:
        frozen.bind(("127.0.0.1", 0))
        frozen.listen()
        play_out(home, {"menu": menu}, scene, port=frozen.getsockname()[1])


@pytest.mark.req("P1")
def test_a_script_that_dies_leaves_the_caller_to_the_static_menu_at_once(
    home: Path, logged: list[Any]
) -> None:
    marks: list[str] = []
    done = asyncio.Event()

    def dies(call: Call) -> None:
        call.answer()
        call.play([f"{home}/nosuch"])
        raise RuntimeError

    def menu(call: Call) -> None:
        marks.append(call.args[1])
        call.hang_up()
        done.set()

    async def scene(asterisk: RealAsterisk) -> None:
        await asterisk.call()
        await done.wait()

    play_out(home, {"ivr": dies, "menu": menu}, scene)
    assert marks == [""]
    assert [line["outcome"] for line in logged] == ["crashed", "done"]


def test_a_caller_who_leaves_in_mid_prompt_is_a_hang_up(home: Path, logged: list[Any]) -> None:
    begun = asyncio.Event()
    ended = asyncio.Event()

    def script(call: Call) -> None:
        call.answer()
        begun.set()
        try:
            call.ask_digits([f"{home}/prompt"], 4, 60_000)
        finally:
            ended.set()

    async def scene(asterisk: RealAsterisk) -> None:
        await asterisk.call()
        await begun.wait()
        await asterisk.cli("channel request hangup all")
        await ended.wait()

    play_out(home, {"ivr": script, "menu": lambda call: None}, scene)
    assert [(line["outcome"], line["caller_is"]) for line in logged] == [("hung_up", "gone")]
