"""The calls that are captured, each told in the order it happens. A case's name is its folder's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capture import Pbx
    from phone import Dialog, Phone

Phones = dict[str, "Phone"]
pause = asyncio.sleep


def log_in(pbx: Pbx, *members: str, queue: str = "sales") -> None:
    """The agents 1001, 1002 sit at seats 8001, 8002; only the named ones are in the queue."""
    for agent, seat in (("1001", "8001"), ("1002", "8002")):
        interface = f"Local/{agent}*seat{seat}@agents/n"
        pbx.action("QueueRemove", Queue=queue, Interface=interface)
        if agent in members:
            fields = {"Queue": queue, "Interface": interface, "MemberName": agent}
            pbx.action("QueueAdd", **fields, StateInterface=f"PJSIP/seat{seat}")


async def reach_queue(phones: Phones, number: str = "4001") -> Dialog:
    """The caller dials, is answered and presses 1."""
    caller = phones["caller"].call(number)
    await caller.answered.wait()
    await pause(0.7)
    caller.press("1")
    return caller


async def reach_agent(pbx: Pbx, phones: Phones, seat: str = "8001") -> tuple[Dialog, Dialog]:
    """The caller is put through to the agent of ``seat``, who rings for half a second."""
    caller = await reach_queue(phones)
    agent = await phones[seat].incoming.get()
    await pause(0.5)
    agent.answer()
    await pbx.event("BridgeEnter", f"PJSIP/seat{seat}-")
    return caller, agent


async def survey(pbx: Pbx, phones: Phones) -> None:
    """Two seconds of talk, the agent hangs up, the caller presses 2 and hears goodbye."""
    log_in(pbx, "1001")
    caller, agent = await reach_agent(pbx, phones)
    await pause(2)
    agent.hang_up()
    await pause(1)
    caller.press("2")
    await caller.ended.wait()


async def survey_left(pbx: Pbx, phones: Phones) -> None:
    """The agent hangs up; the caller hangs up during the question."""
    log_in(pbx, "1001")
    caller, agent = await reach_agent(pbx, phones)
    await pause(1)
    agent.hang_up()
    await pause(0.5)
    caller.hang_up()


async def caller_first(pbx: Pbx, phones: Phones) -> None:
    """After two seconds of talk the caller hangs up."""
    log_in(pbx, "1001")
    caller, agent = await reach_agent(pbx, phones)
    await pause(2)
    caller.hang_up()
    await agent.ended.wait()


async def on_hold(pbx: Pbx, phones: Phones) -> None:
    """One second of talk, one of hold, one of talk; the agent hangs up."""
    log_in(pbx, "1001")
    caller, agent = await reach_agent(pbx, phones)
    await pause(1)
    agent.hold("sendonly")
    await pause(1)
    agent.hold("sendrecv")
    await pause(1)
    agent.hang_up()
    await caller.ended.wait()


async def abandoned(pbx: Pbx, phones: Phones) -> None:
    """The agent's phone rings, the caller hangs up after a second."""
    log_in(pbx, "1001")
    caller = await reach_queue(phones)
    agent = await phones["8001"].incoming.get()
    await pause(1)
    caller.hang_up()
    await agent.ended.wait()


async def queue_timeout(pbx: Pbx, phones: Phones) -> None:
    """Nobody is free within two seconds: goodbye."""
    log_in(pbx)
    caller = await reach_queue(phones, "4002")
    await caller.ended.wait()


async def left_by_key(pbx: Pbx, phones: Phones) -> None:
    """After a second of music the caller presses 9."""
    caller = await reach_queue(phones, "4003")
    await pbx.event("QueueCallerJoin")
    await pause(1)
    caller.press("9")
    await caller.ended.wait()


async def nobody(pbx: Pbx, phones: Phones) -> None:
    """The queue is empty and lets nobody in."""
    caller = await reach_queue(phones, "4004")
    await caller.ended.wait()


async def agent_misses(pbx: Pbx, phones: Phones) -> None:
    """1001 lets it ring for two seconds, 1002 answers, the caller hangs up."""
    log_in(pbx, "1001", "1002")
    caller = await reach_queue(phones)
    await phones["8001"].incoming.get()
    agent = await phones["8002"].incoming.get()
    await pause(0.3)
    agent.answer()
    await pbx.event("BridgeEnter", "PJSIP/seat8002-")
    await pause(1)
    caller.hang_up()
    await agent.ended.wait()


async def blind_transfer(pbx: Pbx, phones: Phones) -> None:
    """1001 refers the caller to seat 8003, who talks for a second and hangs up."""
    log_in(pbx, "1001")
    caller, agent = await reach_agent(pbx, phones)
    await pause(1)
    agent.refer("8003")
    target = await phones["8003"].incoming.get()
    await pause(0.5)
    target.answer()
    await pbx.event("BridgeEnter", "PJSIP/seat8003-")
    await pause(1)
    target.hang_up()
    await caller.ended.wait()


async def attended_transfer(pbx: Pbx, phones: Phones) -> None:
    """1001 holds the caller, asks 8003, joins them with REFER and Replaces; 8003 hangs up, a survey follows."""
    log_in(pbx, "1001")
    caller, agent = await reach_agent(pbx, phones)
    await pause(1)
    agent.hold("sendonly")
    consult = phones["8001"].call("8003")
    target = await phones["8003"].incoming.get()
    await pause(0.3)
    target.answer()
    await consult.answered.wait()
    await pause(1)
    agent.refer("8003", consult)
    await pbx.event("AttendedTransfer")
    await pause(1)
    target.hang_up()
    await caller.ended.wait()


async def consulted_by_keys(pbx: Pbx, phones: Phones) -> None:
    """1001 presses the keys of a transfer to 8003, speaks with them for a second and hangs up; they have the call."""
    log_in(pbx, "1001")
    caller, agent = await reach_agent(pbx, phones)
    await pause(1)
    pbx.action("Atxfer", Channel=pbx.channel("seat8001"), Context="hotline_consulted", Exten="8003#")
    target = await phones["8003"].incoming.get()
    await pause(0.3)
    target.answer()
    await pbx.event("BridgeEnter", "PJSIP/seat8003-")
    await pause(1)
    agent.hang_up()
    await pbx.event("AttendedTransfer")
    await pause(1)
    target.hang_up()
    await pause(1)
    caller.press("2")
    await caller.ended.wait()


async def three_way(pbx: Pbx, phones: Phones) -> None:
    """Seat 8003 is rung and joins after a second; a second later 1001 hangs up, a second later 8003."""
    log_in(pbx, "1001")
    caller, agent = await reach_agent(pbx, phones)
    await pause(1)
    peer = pbx.channel("e1")
    call = (await pbx.event("Newchannel", peer))["Linkedid"]
    join = {"Context": "hands", "Exten": "join", "Priority": "1", "Async": "true"}
    pbx.action(
        "Originate", Channel="Local/8003@hotline_asked", Variable=f"HL_PEER={peer},__HL_CALL={call}", **join
    )
    target = await phones["8003"].incoming.get()
    target.answer()
    await pbx.event("BridgeEnter", "PJSIP/seat8003-", "BridgeTechnology: softmix")
    await pause(1)
    agent.hang_up()
    await pbx.event("Hangup", "PJSIP/seat8001-")
    await pause(1)
    target.hang_up()
    await pause(1)
    caller.press("2")
    await caller.ended.wait()


async def parked(pbx: Pbx, phones: Phones) -> None:
    """1001 parks the caller, who is taken at 8003 after a second and talks there for another."""
    log_in(pbx, "1001")
    caller, agent = await reach_agent(pbx, phones)
    await pause(1)
    agent.refer("7100")
    await pbx.event("ParkedCall")
    await pause(1)
    taker = phones["8003"].call("7101")
    await pbx.event("BridgeEnter", "PJSIP/seat8003-")
    await pause(1)
    taker.hang_up()
    await pause(1)
    caller.press("2")
    await caller.ended.wait()


async def inside(pbx: Pbx, phones: Phones) -> None:
    """Seat 8001 rings seat 8003 for a word."""
    caller = phones["8001"].call("8003")
    target = await phones["8003"].incoming.get()
    target.answer()
    await caller.answered.wait()
    await pause(1)
    caller.hang_up()
    await target.ended.wait()


async def outbound(pbx: Pbx, phones: Phones) -> None:
    """Seat 8001 rings an outside number, who hangs up."""
    caller = phones["8001"].call("913900001111")
    target = await phones["caller"].incoming.get()
    await pause(0.3)
    target.answer()
    await caller.answered.wait()
    await pause(1)
    target.hang_up()
    await caller.ended.wait()


async def killed(pbx: Pbx, phones: Phones) -> None:
    """Asterisk dies (kill -9) with one caller talking and one waiting, and comes back."""
    log_in(pbx, "1001")
    await reach_agent(pbx, phones)
    await reach_queue(phones)
    await pbx.event("QueueCallerJoin", "Position: 1", "Count: 1", "PJSIP/e1-", "Uniqueid: ")
    await pause(1.5)
    pbx.process.kill()
    await pbx.process.wait()
    await pbx.pump
    await pbx.boot()


CASES: dict[str, Callable[[Pbx, Phones], Awaitable[None]]] = {
    case.__name__: case
    for case in (
        survey, survey_left, caller_first, on_hold, abandoned, queue_timeout, left_by_key, nobody,
        agent_misses, blind_transfer, attended_transfer, consulted_by_keys, three_way, parked, inside, outbound,
        killed,
    )
}  # fmt: skip
