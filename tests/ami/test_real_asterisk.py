"""The wire against a real Asterisk: what it reads is what was meant, and a kill is survived."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import socket
from collections.abc import AsyncIterator

import pytest

from ami import actions
from ami.actions import MAX_HEADERS, MAX_LINE, Action
from ami.connection import Account, AmiConnection
from ami.protocol import Message
from tests.ami.asterisk import ThrowAwayAsterisk
from tests.ami.queue_call import place_queue_call
from tests.e2e.until import until

pytestmark = pytest.mark.asterisk

PATIENCE_SECONDS = 15.0
WANTED = {"VarSet", "FullyBooted", "OriginateResponse", "AgentComplete", "AgentConnect", "Hangup", "Reload"}
VALUES = (
    "王小明, 13800138000",
    'a,b="c" (d [e\\f',
    "x,CALLERID(num)=666",
    "it's 50%? yes; no | ${EXTEN} $[1+1]",
    "id=1&name=%E7%8E%8B",
)


class Desk:
    """A running connection, its events, and the wish that waits for one of them.

    An originate's response takes another way than its channel's events and may overtake them: what was
    read while waiting for something else is kept.
    """

    def __init__(self, asterisk: ThrowAwayAsterisk, account: str) -> None:
        self.up, self.down = asyncio.Event(), asyncio.Event()
        self._events: asyncio.Queue[Message] = asyncio.Queue()
        self._passed: list[Message] = []
        self.link = AmiConnection(
            Account(host="127.0.0.1", port=asterisk.ami, username=account, secret=asterisk.secret),
            wanted=WANTED,
            on_event=self._events.put_nowait,
            on_state=self._on_state,
            clock=lambda: dt.datetime.now(dt.UTC),
            ping_seconds=1,
        )

    async def do(self, action: Action) -> Message:
        """Carry an action out; it must succeed."""
        response = await self.link.action(*action)
        assert response["Response"] == "Success", response
        return response

    async def event(self, name: str, **headers: str) -> Message:
        """The first event of that name with those headers that nobody has had yet; wait for it."""

        def fits(message: Message) -> bool:
            return message.event == name and headers.items() <= message.items()

        for message in self._passed:
            if fits(message):
                self._passed.remove(message)
                return message
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not fits(message := await self._events.get()):
                    self._passed.append(message)
        except TimeoutError:
            pytest.fail(f"{name} {headers} was not heard; what was: {self._passed}")
        return message

    def _on_state(self, connected: bool, at: dt.datetime, reason: str) -> None:
        now, before = (self.up, self.down) if connected else (self.down, self.up)
        now.set()
        before.clear()


@contextlib.asynccontextmanager
async def desk(asterisk: ThrowAwayAsterisk, account: str = "hotline") -> AsyncIterator[Desk]:
    desk = Desk(asterisk, account)
    running = asyncio.create_task(desk.link.run())
    try:
        await asyncio.wait_for(desk.up.wait(), 10)
        yield desk
    finally:
        desk.link.close()
        await running


def ring(channel_id: str, variables: dict[str, str]) -> Action:
    """A channel that needs no telephone: both ends wait in the dialplan."""
    return actions.originate(
        "Local/s@waiting/n",
        context="waiting",
        exten="s",
        channel_id=channel_id,
        caller_id='"王小明" <10086>',
        seconds=5,
        variables=variables,
    )


def test_variables_of_an_originate_arrive_as_they_were_meant(asterisk: ThrowAwayAsterisk) -> None:
    async def run() -> None:
        async with desk(asterisk) as at:
            variables = {f"HL_T{number}": value for number, value in enumerate(VALUES)}
            await at.do(ring("hotline-originate", variables))
            heard = [await at.event("VarSet", Uniqueid="hotline-originate") for _ in variables]
            assert {one["Variable"]: one["Value"] for one in heard} == variables
            outcome = await at.event("OriginateResponse")
            assert (outcome["Response"], outcome["Uniqueid"]) == ("Success", "hotline-originate")
            await at.do(actions.hangup(outcome["Channel"]))

    asyncio.run(run())


def test_every_set_variable_is_heard_as_it_was_sent(asterisk: ThrowAwayAsterisk) -> None:
    async def run() -> None:
        async with desk(asterisk) as at:
            await at.do(ring("hotline-setvar", {}))
            channel = (await at.event("OriginateResponse"))["Channel"]
            longest = "x" * (MAX_LINE - len("Value: "))
            for value in (*VALUES, longest):
                await at.do(actions.setvar(channel, "HL_T", value))
                assert (await at.event("VarSet", Variable="HL_T"))["Value"] == value
            many = {"Variable": "HL_T", "Value": "1", "Channel": channel, "X": ["y"] * (MAX_HEADERS - 5)}
            await at.do(Action("Setvar", many))
            await at.do(actions.hangup(channel))

    asyncio.run(run())


def test_the_lists_of_a_snapshot_are_whole(asterisk: ThrowAwayAsterisk) -> None:
    async def run() -> None:
        async with desk(asterisk) as at:
            await at.do(ring("hotline-lists", {"HL_CALL": "call-1"}))
            channel = (await at.event("OriginateResponse"))["Channel"]
            status = await at.link.action_list(*actions.status(["HL_CALL"]))
            assert [one.all("Variable") for one in status if one["Channel"] == channel] == [
                ["HL_CALL=call-1"]
            ]
            shown = {one["Uniqueid"] for one in await at.link.action_list(*actions.show_channels())}
            assert {"hotline-lists", "hotline-lists;2"} <= shown
            assert (await at.do(actions.core_status()))["CoreStartupDate"]
            devices = await at.link.action_list(*actions.device_states())
            assert ("PJSIP/1001", "NOT_INUSE") in {(one["Device"], one["State"]) for one in devices}
            await at.do(actions.redirect(channel, context="waiting", exten="s"))
            await at.do(actions.hangup(channel))

    asyncio.run(run())


def test_an_agent_is_logged_in_paused_called_and_logged_out(asterisk: ThrowAwayAsterisk) -> None:
    async def run() -> None:
        agent = "Local/1001@agents/n"
        async with desk(asterisk) as at:
            await at.do(
                actions.queue_add("support", agent, member_name="客服李秀英", state_interface="PJSIP/1001")
            )
            await at.do(actions.queue_pause(agent, paused=True, reason="午餐"))
            [member] = [
                m for m in await at.link.action_list(*actions.queue_status()) if m.event == "QueueMember"
            ]
            assert (member["Name"], member["Paused"], member["PausedReason"]) == ("客服李秀英", "1", "午餐")
            await at.do(actions.queue_pause(agent, paused=False))
            await asyncio.to_thread(place_queue_call, asterisk, "王小明".encode(), b"13800138000")
            assert (await at.event("AgentConnect"))["CallerIDName"] == "王小明"
            assert (await at.event("AgentComplete"))["MemberName"] == "客服李秀英"
            await at.do(actions.queue_remove("support", agent))

    asyncio.run(run())


def test_a_recording_is_started_and_stopped_by_its_id(asterisk: ThrowAwayAsterisk) -> None:
    async def run() -> None:
        async with desk(asterisk) as at:
            await at.do(ring("hotline-mixmonitor", {}))
            channel = (await at.event("OriginateResponse"))["Channel"]
            file = asterisk.folder / "spool" / "call-1.sln"
            await at.do(actions.mixmonitor(channel, str(file), "Di(MMID)"))
            mixmonitor = (await at.event("VarSet", Variable="MMID"))["Value"]
            await at.do(actions.stop_mixmonitor(channel, mixmonitor))
            await at.do(actions.hangup(channel))
            await at.event("Hangup", Channel=channel)
            await asyncio.to_thread(until, file.exists, 5, "MixMonitor's thread has opened its file")

    asyncio.run(run())


def test_a_phone_is_asked_at_once_with_the_rights_of_the_rendered_account(
    asterisk: ThrowAwayAsterisk,
) -> None:
    async def run() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as phone:
            phone.bind(("127.0.0.1", asterisk.agent))
            phone.settimeout(5)
            async with desk(asterisk, "live") as at:
                await at.do(actions.qualify("1001"))
                request = await asyncio.to_thread(phone.recv, 2000)
                assert request.startswith(b"OPTIONS sip:1001@")
                answer = await at.link.action(*actions.mixmonitor("nobody", "x.sln", ""))
                assert answer["Message"] == "Permission denied", (
                    "the account has no more rights than it needs"
                )

    asyncio.run(run())


def test_a_reload_from_the_console_is_heard_with_the_rights_of_the_rendered_account(
    asterisk: ThrowAwayAsterisk,
) -> None:
    """It is how the listener learns that a site went live."""

    async def run() -> None:
        async with desk(asterisk, "live") as at:
            await asyncio.to_thread(asterisk.cli, "module reload app_queue.so")
            await at.event("Reload", Module="app_queue.so", Status="0")

    asyncio.run(run())


def test_a_killed_asterisk_is_noticed_and_found_again(asterisk: ThrowAwayAsterisk) -> None:
    async def run() -> None:
        async with desk(asterisk) as at:
            await asyncio.to_thread(asterisk.stop)
            await asyncio.wait_for(at.down.wait(), 5)
            await asyncio.to_thread(asterisk.start)
            await asyncio.wait_for(at.up.wait(), 10)
            await at.do(actions.core_status())

    asyncio.run(run())
