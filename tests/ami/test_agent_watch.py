"""What follows for agents from what Asterisk says: missed calls, wrap-up, phones that vanish."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from ami import agent_watch
from ami.actions import Fields
from ami.agent_watch import AgentWatch
from ami.protocol import Message
from callcenter.agents import seating as agents
from callcenter.agents import states
from callcenter.agents.personal_queues import queue_of
from callcenter.site import Site
from schema.agents import AgentState
from tests.callcenter.flow_sites import flow, site
from tests.databases import Sessions

SEAT, AGENT = "a1", "1001"
INTERFACE = agents.interface(AGENT, SEAT)
SECONDS = 10.0


def house() -> Site:
    queue = {"name": "sales", "title": "Sales", "members": [{"agent": AGENT}]}
    return site(
        flow({"begin": {"kind": "hangup"}}),
        seats=[{"name": SEAT, "number": "8001", "title": "Desk"}],
        agents=[{"number": AGENT, "title": "Ann"}],
        queues=[{**queue, "wrapup_seconds": 60, "pause_after_missed": 2}],
    )


class Phones:
    """A manager interface with one member and one phone."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.device = "NOT_INUSE"
        self.paused = False

    async def action(self, name: str, fields: Fields) -> Mapping[str, str]:
        self.done.append(name)
        self.paused = fields["Paused"] == "true" if name == "QueuePause" else self.paused
        return {"Response": "Success"}

    async def action_list(self, name: str, fields: Fields) -> Sequence[Mapping[str, str]]:
        if name == "DeviceStateList":
            return [device(self.device)]
        member = {"Event": "QueueMember", "Queue": "sales", "Location": INTERFACE, "Name": AGENT}
        member |= {"Paused": str(int(self.paused)), "PausedReason": agents.MISSED_CALLS, "Penalty": "0"}
        return [{"Event": "QueueParams", "Queue": "sales"}, member]


def device(state: str) -> Message:
    return Message({"Event": "DeviceStateChange", "Device": f"PJSIP/{SEAT}", "State": state})


def of_agent(**more: str) -> Message:
    return Message({"Interface": INTERFACE, "MemberName": AGENT, "Queue": "sales", **more})


class Watched:
    """The agent is logged in, and followed."""

    def __init__(self, sessions: Sessions, site: Callable[[], Site] = house) -> None:
        self.sessions = sessions
        self.phones = Phones()
        self.watch = AgentWatch(self.phones, sessions, site, lambda: dt.datetime.now(dt.UTC))
        with sessions.begin() as session:
            agents.log_in(session, house(), AGENT, SEAT, lambda: dt.datetime.now(dt.UTC))

    def state(self) -> str | None:
        with self.sessions() as session:
            found = states.present(session, dt.datetime.now(dt.UTC)).get(AGENT)
        return found.state if found else None

    async def becomes(self, *wanted: str) -> None:
        async with asyncio.timeout(SECONDS):
            while self.state() not in wanted:
                await asyncio.sleep(0.01)

    async def all_done(self) -> None:
        """What was heard by now is written."""
        done = threading.Event()
        self.watch._do(lambda: done.set() is not None)
        assert await asyncio.to_thread(done.wait, SECONDS)

    def play(self, story: Callable[[Watched], Awaitable[None]]) -> None:
        async def whole() -> None:
            running = asyncio.create_task(self.watch.run())
            try:
                await story(self)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

        asyncio.run(whole())


@pytest.mark.req("ACD-5")
def test_a_call_is_followed_by_a_wrap_up_and_nothing_is_asked_of_the_queues(sessions: Sessions) -> None:
    async def story(house: Watched) -> None:
        house.watch.hear_complete(of_agent())
        await house.becomes(states.WRAPUP)
        assert "QueuePause" not in house.phones.done

    Watched(sessions).play(story)


@pytest.mark.req("ACD-5")
def test_a_call_of_the_agents_own_queue_is_followed_by_the_wrap_up_of_the_queues_they_serve(
    sessions: Sessions,
) -> None:
    async def story(house: Watched) -> None:
        house.watch.hear_complete(of_agent(Queue=queue_of(AGENT)))
        await house.becomes(states.WRAPUP)

    Watched(sessions).play(story)


@pytest.mark.req("ACD-5")
def test_a_wrap_up_begins_when_the_call_ended_however_late_that_is_heard(sessions: Sessions) -> None:
    ended = dt.datetime.now(dt.UTC).replace(microsecond=0)

    async def story(house: Watched) -> None:
        house.watch.hear_complete(of_agent(Timestamp=f"{ended.timestamp() + 5:.6f}"))
        await house.becomes(states.WRAPUP)
        with sessions() as session:
            row = states.open_state(session, AGENT)
            assert row is not None
            assert row.began_at == ended + dt.timedelta(seconds=5)

    Watched(sessions).play(story)


@pytest.mark.req("ACD-5", "CALL-1")
def test_who_passes_a_caller_on_writes_up_then_and_not_when_the_callers_call_is_over(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_watch, "LEFT_SECONDS", 0.05)

    async def story(house: Watched) -> None:
        house.watch.hear_connect(of_agent(Uniqueid="caller"))
        house.watch.hear_device(device("NOT_INUSE"))
        await house.becomes(states.WRAPUP)
        async with asyncio.timeout(SECONDS):
            while "QueuePause" not in house.phones.done:
                await asyncio.sleep(0.01)
        with sessions.begin() as session:
            states.end_wrap_up(session, agents.seated(session, AGENT), dt.datetime.now(dt.UTC))
        house.watch.hear_complete(of_agent(Uniqueid="caller"))
        house.watch.hear_missed(of_agent())
        house.watch.hear_missed(of_agent())
        await house.becomes(states.PAUSED)
        with sessions() as session:
            told = [row.state for row in session.scalars(select(AgentState).order_by(AgentState.id))]
        assert told.count(states.WRAPUP) == 1

    Watched(sessions).play(story)


@pytest.mark.req("ACD-5")
def test_a_phone_that_is_free_just_before_the_queue_says_so_is_that_of_a_call_that_is_over(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_watch, "LEFT_SECONDS", 0.05)

    free = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(seconds=5)

    async def story(house: Watched) -> None:
        house.watch.hear_connect(of_agent(Uniqueid="caller"))
        house.watch.hear_device(Message(device("NOT_INUSE") | {"Timestamp": f"{free.timestamp():.6f}"}))
        house.watch.hear_complete(of_agent(Uniqueid="caller", Timestamp=f"{free.timestamp() + 0.4:.6f}"))
        looked = asyncio.Event()
        asyncio.get_running_loop().call_later(agent_watch.LEFT_SECONDS, looked.set)
        await house.becomes(states.WRAPUP)
        await looked.wait()
        await house.all_done()
        assert "QueuePause" not in house.phones.done
        with sessions() as session:
            row = states.open_state(session, AGENT)
            assert row is not None
            assert row.began_at == free

    Watched(sessions).play(story)


@pytest.mark.req("ACD-5")
def test_two_missed_calls_pause_and_somebody_elses_member_does_not_count(sessions: Sessions) -> None:
    async def story(house: Watched) -> None:
        house.watch.hear_missed(of_agent(Interface="PJSIP/boss"))
        house.watch.hear_missed(of_agent())
        house.watch.hear_missed(of_agent())
        await house.becomes(states.PAUSED)
        async with asyncio.timeout(SECONDS):
            while "QueuePause" not in house.phones.done:
                await asyncio.sleep(0.01)

    Watched(sessions).play(story)


@pytest.mark.req("ACD-5", "OPS-3")
@pytest.mark.parametrize("answered", [False, True])
def test_a_missed_call_is_still_counted_after_the_listeners_restart(
    sessions: Sessions, answered: bool
) -> None:
    async def one_missed(house: Watched) -> None:
        house.watch.hear_missed(of_agent())
        if answered:
            house.watch.hear_connect(of_agent())
        await house.all_done()
        assert house.state() == states.READY

    async def another(house: Watched) -> None:
        house.watch.hear_missed(of_agent())
        await house.all_done()
        assert house.state() == (states.READY if answered else states.PAUSED)

    Watched(sessions).play(one_missed)
    Watched(sessions).play(another)


@pytest.mark.req("ACD-6")
def test_a_phone_goes_and_comes(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_watch, "SURE_SECONDS", 0.0)

    async def story(house: Watched) -> None:
        house.watch.hear_contact(Message({"EndpointName": SEAT, "ContactStatus": "Unreachable"}))
        house.watch.hear_device(device("UNAVAILABLE"))
        await house.becomes(states.UNREACHABLE)
        house.watch.hear_device(device("NOT_INUSE"))
        await house.becomes(states.READY)

    Watched(sessions).play(story)


@pytest.mark.req("ACD-6")
@pytest.mark.parametrize("heard", ["FullyBooted", "Reload"])
def test_a_phone_that_asterisk_has_not_told_of_is_found(
    heard: str, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It went while nobody listened; or its seat is a new one, and nobody has signed in there yet."""
    monkeypatch.setattr(agent_watch, "SURE_SECONDS", 0.0)
    monkeypatch.setattr(agent_watch, "BOOT_SECONDS", 0.0)

    async def story(house: Watched) -> None:
        house.phones.device = "UNAVAILABLE"
        house.watch.listen(lambda event, then: then(Message({})) if event == heard else None)
        await house.becomes(states.UNREACHABLE)

    Watched(sessions).play(story)


@pytest.mark.req("ACD-5", "GW-6")
def test_a_site_that_goes_live_while_the_former_one_is_read_is_followed(sessions: Sessions) -> None:
    """An apply tells of itself when it is done; whoever was reading then has read what is old."""
    former = house().model_copy(update={"queues": []})
    reads, live = threading.Event(), threading.Event()

    def read() -> Site:
        if live.is_set():
            return house()
        reads.set()
        assert live.wait(SECONDS)
        return former

    async def story(of: Watched) -> None:
        of.watch.hear_complete(of_agent())
        assert await asyncio.to_thread(reads.wait, SECONDS)
        of.watch.hear_reload()
        live.set()
        of.watch.hear_complete(of_agent())
        await of.becomes(states.WRAPUP)

    Watched(sessions, read).play(story)


@pytest.mark.req("ACD-5")
def test_what_the_database_does_not_take_is_written_when_it_is_back(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_watch, "RETRY_SECONDS", 0.01)
    away = [OperationalError("INSERT", {}, Exception("locked"))] * 3
    wrap_up = states.wrap_up

    def refusing(*given: object) -> bool:
        if away:
            raise away.pop()
        return wrap_up(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(states, "wrap_up", refusing)

    async def story(house: Watched) -> None:
        house.watch.hear_complete(of_agent())
        await house.becomes(states.WRAPUP)

    Watched(sessions).play(story)
    assert away == []
