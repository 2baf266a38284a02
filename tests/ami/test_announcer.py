"""Speaking to who waits: begun when it is time, not while a phone rings, ended when one does."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import pytest

from ami.announcer import Announcer
from ami.protocol import Message
from ami.queue_state import QueueState
from ami.saying import LONGEST_VALUE, pieces
from callcenter.errors import Unreachable
from callcenter.prompt_index import PromptIndex, Sound
from callcenter.site import Site
from callcenter.site.service import Queue
from callcenter.site.waiting import Announce

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
POSITION = Announce(position=True, every_seconds=20)
WAIT = Announce(wait=True, every_seconds=20)
AGENT = {
    "Event": "QueueMember",
    "Queue": "sales",
    "Name": "1001",
    "Location": "Local/1001*s1@hotline_agents/n",
    "Status": "2",
    "Penalty": "0",
    "Paused": "0",
    "CallsTaken": "0",
    "LastCall": "0",
}


class Wall:
    """A clock set by hand."""

    now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


class Wishes:
    """Keeps what is asked of Asterisk; ``away``: it can't be reached."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, str | Sequence[str]]]] = []
        self.away = False
        self.rows: list[Mapping[str, str]] = []
        self.variables: dict[tuple[str, str], str] = {}

    async def action(self, name: str, fields: Mapping[str, str | Sequence[str]]) -> Mapping[str, str]:
        if self.away:
            raise Unreachable("gone")
        self.asked.append((name, fields))
        channel, variable = str(fields.get("Channel", "")), str(fields.get("Variable", ""))
        if name == "Setvar":
            self.variables[channel, variable] = str(fields["Value"])
        return {"Response": "Success", "Value": self.variables.get((channel, variable), "")}

    async def action_list(
        self, name: str, fields: Mapping[str, str | Sequence[str]]
    ) -> Sequence[Mapping[str, str]]:
        return [{"Event": "QueueParams", "Queue": "sales"}, *self.rows]


class Stage:
    """An announcer of one queue, one caller in it, and the events it listens to. ``lately``: what calls took before."""

    def __init__(self, announce: Announce = POSITION, lately: Sequence[float] = ()) -> None:
        queue = Queue(name="sales", title="Sales", announce=announce)
        self.lately = lately
        site = Site.model_construct(languages=["zh"], queues=[queue])
        prompts = PromptIndex(Sound("/silence", 100), {"zh-2": {"zh": Sound("/zh/2", 300)}})
        self.clock, self.phone = Wall(), Wishes()
        self.state = QueueState(self.clock)
        self.handlers: dict[str, list[Callable[[Message], None]]] = defaultdict(list)
        self.announcer = Announcer(
            self.phone, self.state, lambda: (site, prompts), self.clock, self.tell_lately
        )
        self.announcer.listen(lambda event, handler: self.handlers[event].append(handler))

    def tell_lately(self, until: dt.datetime) -> Mapping[str, Sequence[float]]:
        return {"sales": self.lately}

    def hear(self, event: str, **fields: str) -> None:
        message = Message({"Event": event, "Queue": "sales", "Timestamp": str(self.clock.now.timestamp())})
        message.update(fields)
        self.state.hear(message)
        for handler in self.handlers[event]:
            handler(message)

    def join(self) -> None:
        self.hear(
            "QueueCallerJoin", Channel="PJSIP/e1-1", Uniqueid="u1", CallerIDNum="138", Position="1", Count="1",
            Language="zh",
        )  # fmt: skip

    async def look(self, later: float) -> list[str]:
        """The names of what is asked at a look so many seconds later."""
        self.clock.now += dt.timedelta(seconds=later)
        before = len(self.phone.asked)
        await self.announcer._look()
        await asyncio.sleep(0)
        return [name for name, _ in self.phone.asked[before:]]


@pytest.mark.req("ACD-2")
def test_it_is_told_in_time_and_again_when_it_was_heard() -> None:
    async def play() -> None:
        stage = Stage()
        await stage.state.refresh(stage.phone)
        stage.join()
        assert await stage.look(0.5) == []
        assert await stage.look(1) == ["Originate"]
        _, fields = stage.phone.asked[-1]
        assert fields["Context"] == "hotline_announce"
        assert "HL_LISTENER=PJSIP/e1-1" in fields["Variable"]
        assert "Application" not in fields
        assert await stage.look(30) == []  # the first is not over
        stage.hear("Hangup", Uniqueid=str(fields["ChannelId"]))
        assert await stage.look(0) == ["Originate"]

    asyncio.run(play())


@pytest.mark.req("ACD-2")
def test_it_ends_when_a_phone_rings_and_does_not_begin_while_it_does() -> None:
    async def play() -> None:
        stage = Stage()
        await stage.state.refresh(stage.phone)
        stage.join()
        assert await stage.look(2) == ["Originate"]
        speaker = stage.phone.asked[-1][1]["ChannelId"]
        stage.hear("AgentCalled", Uniqueid="u1", Interface="Local/1001@agents/n")
        await asyncio.sleep(0.01)
        assert stage.phone.asked[-1] == ("Hangup", {"Channel": speaker, "Cause": "16"})
        stage.hear("Hangup", Uniqueid=str(speaker))
        assert await stage.look(60) == []
        stage.hear("AgentRingNoAnswer", Uniqueid="u1", Interface="Local/1001@agents/n")
        assert await stage.look(0) == ["Originate"]

    asyncio.run(play())


@pytest.mark.req("ACD-2")
def test_who_could_not_be_spoken_to_is_the_next_time() -> None:
    async def play() -> None:
        stage = Stage()
        await stage.state.refresh(stage.phone)
        stage.join()
        stage.phone.away = True
        with pytest.raises(Unreachable):
            await stage.look(2)
        stage.phone.away = False
        assert await stage.look(30) == ["Originate"]
        stage.state.is_known = False
        assert await stage.look(60) == []

    asyncio.run(play())


async def waiting_at(stage: Stage, agents: int) -> None:
    """The stage when it comes up: somebody has been waiting for a minute."""
    stage.phone.rows = [AGENT | {"Location": f"Local/{n}*s1@hotline_agents/n"} for n in range(agents)]
    waiting = {"Channel": "PJSIP/e1-1", "Uniqueid": "u1", "CallerIDNum": "138", "Priority": "0", "Wait": "60"}
    stage.phone.rows.append({"Event": "QueueEntry", "Queue": "sales", **waiting})
    await stage.state.refresh(stage.phone)
    await stage.announcer._remember(NOW)


def foretold(stage: Stage) -> float:
    """Seconds until the answer that was told."""
    return int(stage.phone.variables["PJSIP/e1-1", "HL_FORETOLD"]) - stage.clock.now.timestamp()


@pytest.mark.req("ACD-2")
def test_after_a_restart_a_wait_is_told_from_what_is_kept_of_calls_and_never_a_longer_one() -> None:
    async def play() -> None:
        before = Stage(WAIT, lately=[200.0] * 3)
        await waiting_at(before, agents=2)
        assert await before.look(0) == ["Getvar"]
        assert await before.look(20) == ["Setvar", "Originate"]
        assert foretold(before) == 100
        after = Stage(WAIT, lately=[900.0] * 20)
        after.phone.variables = before.phone.variables
        after.clock.now = before.clock.now
        await waiting_at(after, agents=1)
        assert await after.look(0) == ["Getvar"]
        assert await after.look(30) == ["Setvar", "Originate"]
        assert foretold(after) == 70

    asyncio.run(play())


@pytest.mark.req("ACD-2")
def test_nothing_is_foretold_while_too_few_calls_are_kept() -> None:
    async def play() -> None:
        stage = Stage(WAIT, lately=[200.0] * 2)
        await waiting_at(stage, agents=1)
        assert [await stage.look(0), await stage.look(30)] == [["Getvar"], []]
        stage.hear("AgentConnect", Uniqueid="u0", Interface="Local/0*s1@hotline_agents/n")
        stage.clock.now += dt.timedelta(seconds=50)
        stage.hear("AgentComplete", Uniqueid="u0", Interface="Local/0*s1@hotline_agents/n")
        assert await stage.look(0) == ["Setvar", "Originate"]
        assert foretold(stage) == 150

    asyncio.run(play())


def test_files_are_put_into_as_many_variables_as_they_need() -> None:
    files = [f"/prompts/zh/{number:0100}" for number in range(20)]
    found = pieces(files)
    assert "&".join(found.values()).split("&") == files
    assert list(found) == [f"HL_SAY_{number}" for number in range(1, len(found) + 1)]
    assert all(len(value) <= LONGEST_VALUE for value in found.values())
