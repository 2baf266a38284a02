"""What is done to a call that is up: passed on, joined by a third, heard, taken over, picked up, ended.

Each is a few actions; what became of them is read from the channels, for "Success" only means that Asterisk
has understood. People who are asked to come are called like from the agent's own phone, by
the same rights; they join the *caller's* bridge, so the caller's way goes on as it was when the agent leaves.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from ami import actions
from ami.members import Manager
from callcenter.agents.conversation import UP, Channel, Conversation, conversation
from callcenter.errors import HotlineError, NotFound

HANDS, ASKED, TRANSFER, CONSULTED = "hotline_hands", "hotline_asked", "hotline_transfer", "hotline_consulted"
"""Contexts of the rendered dialplan."""
RING_SECONDS = 30
SOON_SECONDS = 3.0
KEYS_SECONDS = 9.0
"""Asterisk presses the agent's transfer keys itself."""
LOOK_SECONDS = 0.1
ABSENT_LOOKS = 2
"""A channel is begun a moment after its action, and a pair goes a moment before who was rung is in the talk."""


class HandFailed(HotlineError):
    """It did not come to that; the caller goes on as before."""


@dataclass(frozen=True)
class Desk:
    """Where a supervisor is: at a seat whose phone is to be rung, or on a channel that is up (a feature code)."""

    endpoint: str
    channel: str = ""


class Hands:
    """Over one manager connection. ``caller_id`` is what a phone shows that is rung for this."""

    def __init__(self, manager: Manager, caller_id: str = "Hotline <0>") -> None:
        self._manager = manager
        self._caller_id = caller_id

    async def channels(self) -> list[Channel]:
        """Every channel that is up."""
        return [_channel(row) for row in await self._manager.action_list(*actions.show_channels())]

    async def conversation(self, call_id: str) -> Conversation:
        """Who is in the call now. Raises NotFound."""
        return conversation(await self.channels(), call_id)

    # ── transfers ────────────────────────────────────────────────────────────

    async def pass_on(self, ours: Channel, number: str) -> None:
        """Blind: the far end goes to ``number``; comes back to this phone when nobody takes it there."""
        await self._do(actions.blind_transfer(ours.name, context=TRANSFER, exten=number))
        await self._until(self._left(ours), SOON_SECONDS, f"{ours.endpoint} kept the call")

    async def consult(self, ours: Channel, number: str) -> None:
        """Attended, first part: the far end hears music while this phone talks with ``number``."""
        await self._do(actions.attended_transfer(ours.name, context=CONSULTED, exten=number))
        await self._until(self._left(ours), KEYS_SECONDS, f"{ours.endpoint} can't consult now")

    async def complete(self, ours: Channel) -> None:
        """Attended, second part: who is consulted gets the call."""
        await self._do(actions.hangup(ours.name))

    async def cancel(self, ours: Channel) -> None:
        """Attended: back to the far end instead."""
        await self._do(actions.cancel_transfer(ours.name))

    # ── a third ──────────────────────────────────────────────────────────────

    async def add(self, talk: Conversation, ours: Channel, party: Channel, number: str) -> None:
        """Ring ``number`` for this phone and join it to the talk. Given up when the agent leaves first."""
        third = _new_id()
        variables = {
            "HL_PEER": party.name,
            "__HL_CALL": talk.call_id,
            "__TRANSFERERNAME": ours.name,
            "__HL_RECORD": await self._value(ours, "HL_RECORD"),
        }
        where = (
            f"Local/{number}@{ASKED}"  # no /n: the phone itself must be in the bridge (docs/decisions/0009)
        )
        await self._ring(where, "join", third, variables)
        try:
            await self._until_joined(talk, third, f"{number} did not come", while_up=ours)
        except HotlineError:
            await self._manager.action(*actions.hangup(third))
            raise

    # ── a supervisor ─────────────────────────────────────────────────────────

    async def spy(self, how: str, talk: Conversation, ours: Channel, desk: Desk) -> None:
        """``listen``, ``whisper`` (the agent alone hears) or ``barge`` (both hear)."""
        await self._bring(desk, how, {"HL_PEER": ours.name, "HL_CALL": talk.call_id})

    async def disconnect(self, ours: Channel) -> None:
        """The agent is out; the caller goes on (survey, goodbye)."""
        await self._do(actions.hangup(ours.name))
        await self._until(self._gone(ours), SOON_SECONDS, f"{ours.endpoint} is still there")

    async def take_over(self, talk: Conversation, ours: Channel, party: Channel, desk: Desk) -> None:
        """The supervisor joins the caller, then the agent is out."""
        variables = {
            "HL_PEER": party.name,
            "HL_CALL": talk.call_id,
            "HL_RECORD": await self._value(ours, "HL_RECORD"),
        }
        taker = await self._bring(desk, "join", variables)
        await self._until_joined(talk, taker, f"{desk.endpoint} did not come")
        await self._do(actions.hangup(ours.name))

    async def pick_up(self, talk: Conversation, ringing: Channel, desk: Desk) -> None:
        """The call that rings there is answered here."""
        variables = {
            "HL_PEER": ringing.name,
            "HL_CALL": talk.call_id,
            "HL_RECORD": await self._value(ringing, "HL_RECORD"),
        }
        await self._bring(desk, "pick", variables)

    # ── below ────────────────────────────────────────────────────────────────

    async def _bring(self, desk: Desk, exten: str, variables: Mapping[str, str]) -> str:
        """Ring the desk, or send the channel it has already; gives what names the channel when it is there."""
        if desk.channel:
            for name, value in variables.items():
                await self._do(actions.setvar(desk.channel, name, value))
            await self._do(actions.redirect(desk.channel, context=HANDS, exten=exten))
            return desk.channel
        new = _new_id()
        await self._ring(f"PJSIP/{desk.endpoint}", exten, new, variables)
        await self._until(self._is_up(new), RING_SECONDS, f"{desk.endpoint} did not answer", alive=new)
        return new

    async def _ring(self, channel: str, exten: str, channel_id: str, variables: Mapping[str, str]) -> None:
        await self._do(
            actions.originate(
                channel,
                context=HANDS,
                exten=exten,
                channel_id=channel_id,
                caller_id=self._caller_id,
                seconds=RING_SECONDS,
                variables=variables,
            )
        )

    async def _until_joined(
        self, talk: Conversation, channel: str, why: str, while_up: Channel | None = None
    ) -> None:
        """Wait for a new phone in the talk: a pair that rang it goes away once it is there."""
        before, absent = {leg.name for leg in (talk.caller, *talk.joined)}, 0
        try:
            async with asyncio.timeout(RING_SECONDS + SOON_SECONDS):
                while True:
                    channels = await self.channels()
                    if _newcomers(channels, talk.call_id, before):
                        return
                    if while_up is not None and while_up.name not in {leg.name for leg in channels}:
                        raise HandFailed(f"{while_up.endpoint} has left")
                    here = any(channel in (leg.uniqueid, leg.name) for leg in channels)
                    absent = 0 if here else absent + 1
                    if absent > ABSENT_LOOKS:
                        raise HandFailed(why)
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise HandFailed(why) from None

    def _is_up(self, channel: str) -> Callable[[], Awaitable[bool]]:
        async def up() -> bool:
            found = await self._look(channel)
            return found is not None and found.state == UP

        return up

    def _left(self, channel: Channel) -> Callable[[], Awaitable[bool]]:
        """Gone, or in another bridge."""

        async def left() -> bool:
            found = await self._look(channel.name)
            return found is None or found.bridge != channel.bridge

        return left

    def _gone(self, channel: Channel) -> Callable[[], Awaitable[bool]]:
        async def gone() -> bool:
            return await self._look(channel.name) is None

        return gone

    async def _until(
        self, true: Callable[[], Awaitable[bool]], seconds: float, why: str, alive: str = ""
    ) -> None:
        """Wait until it is true. Raises HandFailed with ``why``; at once when the channel ``alive`` came and went."""
        seen = False
        try:
            async with asyncio.timeout(seconds):
                while not await true():
                    here = bool(alive) and await self._look(alive) is not None
                    if seen and not here and alive:
                        raise HandFailed(why)
                    seen = seen or here
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise HandFailed(why) from None

    async def _look(self, channel: str) -> Channel | None:
        """The channel of this name or uniqueid, None when it is gone."""
        try:
            rows = await self._manager.action_list(*actions.channel_status(channel))
        except HotlineError as error:
            if "No such channel" in str(error):
                return None
            raise
        return _channel(rows[0]) if rows else None

    async def _value(self, channel: Channel, variable: str) -> str:
        answer = await self._manager.action(*actions.getvar(channel.name, variable))
        return answer.get("Value", "")

    async def _do(self, action: actions.Action) -> None:
        answer = await self._manager.action(*action)
        if answer.get("Response") != "Success":
            raise HandFailed(f"{action.name}: Asterisk says {answer.get('Message', 'nothing')}")


def _newcomers(channels: list[Channel], call_id: str, before: Collection[str]) -> list[Channel]:
    try:
        now = conversation(channels, call_id)
    except NotFound:
        raise HandFailed(f"call {call_id} is over") from None
    return [leg for leg in now.joined if leg.name not in before]


def _channel(row: Mapping[str, str]) -> Channel:
    """Of CoreShowChannel or of Status, which spell the bridge differently."""
    return Channel(
        row["Channel"],
        row["Uniqueid"],
        row["Linkedid"],
        row.get("BridgeId") or row.get("BridgeID") or "",
        row["ChannelStateDesc"],
    )


def _new_id() -> str:
    return f"hand-{secrets.token_hex(8)}"
