"""The link over a real socket, against a manager interface that misbehaves on demand."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import structlog

from ami import connection
from ami.connection import Account, ActionFailed, AmiConnection
from ami.link import MAX_WAITING
from ami.protocol import MAX_MESSAGE, Message
from callcenter.errors import Unreachable
from tests.fakes.ami_server import SECRET, Action, FakeAmi, Session, silent

pytestmark = pytest.mark.slow

EVENT = b"Event: Hangup\r\nUniqueid: %d\r\nCallerIDName: %s\r\n\r\n"


class Listener:
    """What a listener would see, and ways to wait for it."""

    def __init__(self) -> None:
        self.events: list[Message] = []
        self.states: list[tuple[bool, str]] = []
        self.fail_on = ""
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def on_event(self, message: Message) -> None:
        self.events.append(message)
        self._notify()
        if message.get("Uniqueid") == self.fail_on:
            raise ValueError("the handler has a defect")

    def on_state(self, connected: bool, at: dt.datetime, reason: str) -> None:
        assert at.tzinfo is dt.UTC
        self.states.append((connected, reason))
        self._notify()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(condition)

    async def connected(self, times: int = 1) -> None:
        await self.until(lambda: [up for up, _ in self.states].count(True) >= times)

    def _notify(self) -> None:
        task = asyncio.create_task(self._wake())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@contextlib.asynccontextmanager
async def linked(server: FakeAmi, secret: str = SECRET) -> AsyncIterator[tuple[AmiConnection, Listener]]:
    """A connection that runs, with deadlines short enough for a test."""
    listener = Listener()
    link = AmiConnection(
        Account(host="127.0.0.1", port=server.port, username="hotline", secret=secret),
        wanted={"Hangup", "OriginateResponse"},
        on_event=listener.on_event,
        on_state=listener.on_state,
        clock=lambda: dt.datetime.now(dt.UTC),
        ping_seconds=0.2,
        answer_seconds=0.3,
    )
    running = asyncio.create_task(link.run())
    try:
        yield link, listener
    finally:
        link.close()
        await running


def scenario(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Run an async test on a loop of its own."""

    def run() -> None:
        asyncio.run(test())  # type: ignore[arg-type]

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


@scenario
async def test_events_come_in_order_and_whole_however_the_reads_fall() -> None:
    async with FakeAmi() as server, linked(server) as (_, listener):
        await listener.connected()
        stream = b"".join(EVENT % (number, "王小明".encode()) for number in range(50))
        for start in range(0, len(stream), 7):
            server.sessions[0].send(stream[start : start + 7])
            await asyncio.sleep(0)
        await listener.until(lambda: len(listener.events) == 50)
    assert [event["Uniqueid"] for event in listener.events] == [str(number) for number in range(50)]
    assert {event["CallerIDName"] for event in listener.events} == {"王小明"}


@scenario
async def test_an_exception_in_the_handler_costs_neither_the_connection_nor_the_next_event() -> None:
    async with FakeAmi() as server, linked(server) as (link, listener):
        await listener.connected()
        listener.fail_on = "1"
        with structlog.testing.capture_logs() as logs:
            server.sessions[0].send(EVENT % (1, b"x") + EVENT % (2, b"x"))
            await listener.until(lambda: len(listener.events) == 2)
        assert (await link.action("Ping", {}))["Ping"] == "Pong"
    assert [entry["ami_event"] for entry in logs if entry["log_level"] == "error"] == ["Hangup"]
    assert len(server.sessions) == 1


@scenario
async def test_an_exception_in_the_state_handler_does_not_cost_the_connection() -> None:
    async with FakeAmi() as server, linked(server) as (link, listener):
        link._on_state = lambda *_: [][0]
        await server.seen("Ping", 2)
        assert len(server.sessions) == 1 and listener.states == []


@scenario
async def test_an_unanswered_ping_ends_the_connection_and_a_new_one_is_made() -> None:
    async with FakeAmi(Ping=silent) as server, linked(server) as (_, listener):
        await listener.connected(2)
    assert listener.states[:3] == [(True, ""), (False, "Ping: no answer from Asterisk in 0.3 s"), (True, "")]


def test_by_default_a_dead_link_is_noticed_within_fifteen_seconds() -> None:
    defaults = AmiConnection.__init__.__kwdefaults__
    assert defaults["ping_seconds"] == 5 and defaults["ping_seconds"] + defaults["answer_seconds"] <= 15


@scenario
async def test_a_waiting_action_fails_at_a_loss_and_is_never_sent_again() -> None:
    def reset(session: Session, action: Action) -> None:
        session.reset()

    async with FakeAmi(Originate=reset) as server, linked(server) as (link, listener):
        await listener.connected()
        with pytest.raises(Unreachable, match="connection to Asterisk lost"):
            await link.action("Originate", {"Channel": "PJSIP/1001"})
        await listener.connected(2)
        server.sessions[-1].send(b"Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n")
        await server.seen("Ping", 2)
    assert server.names() == ["Originate"]


@scenario
async def test_a_reset_in_the_middle_of_a_message_loses_that_message_only() -> None:
    async with FakeAmi() as server, linked(server) as (_, listener):
        await listener.connected()
        server.sessions[0].send(EVENT % (1, b"x") + (EVENT % (2, b"x"))[:30])
        await listener.until(lambda: len(listener.events) == 1)
        server.sessions[0].reset()
        await listener.connected(2)
        server.sessions[1].send(EVENT % (3, b"x"))
        await listener.until(lambda: len(listener.events) == 2)
    assert [event["Uniqueid"] for event in listener.events] == ["1", "3"]


@scenario
async def test_a_refused_log_in_is_told_once_and_tried_again() -> None:
    async with FakeAmi() as server, linked(server, secret="wrong") as (link, listener):
        await server.seen("Login", 2)
        with pytest.raises(Unreachable, match="Authentication failed"):
            await link.action("Ping", {})
    assert listener.states == [(False, "log-in: Asterisk says 'Authentication failed'"), (False, "closed")]


@scenario
async def test_twenty_losses_are_twenty_returns() -> None:
    async with FakeAmi() as server, linked(server) as (link, listener):
        link_pauses = pytest.MonkeyPatch()
        link_pauses.setattr(connection, "LAST_RETRY_SECONDS", 0.01)
        for time in range(1, 21):
            await listener.connected(time)
            server.sessions[-1].reset()
        await listener.connected(21)
        link_pauses.undo()
        assert (await link.action("Ping", {}))["Response"] == "Success"


@scenario
async def test_a_server_that_comes_late_is_found() -> None:
    server = FakeAmi()
    async with server:
        pass
    async with linked(server) as (link, listener):
        await listener.until(lambda: bool(listener.states))
        with pytest.raises(Unreachable, match="no connection to Asterisk"):
            await link.action("Ping", {})
        async with server:
            await listener.connected()
    assert listener.states[0][0] is False and "127.0.0.1" in listener.states[0][1]


@scenario
async def test_close_ends_a_connection_that_is_still_being_made() -> None:
    async with FakeAmi(Challenge=silent) as server, linked(server) as (_, listener):
        await server.seen("Challenge")
    assert listener.states == [(False, "closed")]


@scenario
async def test_close_is_not_lost_when_an_answer_comes_at_the_same_moment() -> None:
    for _ in range(20):
        async with FakeAmi() as server, linked(server) as (link, listener):
            server.answers["Challenge"] = lambda session, action: (session.respond(action), link.close())[0]
            await listener.until(lambda states=listener.states: bool(states))
        assert listener.states == [(False, "closed")]


@scenario
async def test_an_action_without_an_answer_fails_at_the_deadline() -> None:
    async with FakeAmi(Hangup=silent) as server, linked(server) as (link, listener):
        await listener.connected()
        with pytest.raises(Unreachable, match="Hangup: no answer from Asterisk in"):
            await link.action("Hangup", {"Channel": "x"})


@scenario
async def test_answers_find_their_own_action_in_any_order() -> None:
    kept: list[tuple[Session, Action]] = []

    def in_reverse(session: Session, action: Action) -> None:
        kept.append((session, action))
        if len(kept) == 3:
            for owner, one in reversed(kept):
                owner.respond(one, Message=one["Channel"])

    async with FakeAmi(Hangup=in_reverse) as server, linked(server) as (link, listener):
        await listener.connected()
        answers = await asyncio.gather(*(link.action("Hangup", {"Channel": name}) for name in "abc"))
    assert [answer["Message"] for answer in answers] == ["a", "b", "c"]


def listed(session: Session, action: Action, end: str = "Complete") -> None:
    session.respond(action, EventList="start")
    item = f"Event: QueueMember\r\nActionID: {action['ActionID']}\r\nName: %s\r\n\r\n"
    session.send("".join(item % name for name in ("王", "李")).encode() + EVENT % (1, b"x"))
    session.send(f"Event: X\r\nActionID: {action['ActionID']}\r\nEventList: {end}\r\n\r\n".encode())


@scenario
async def test_a_list_gives_its_items_and_lets_other_events_pass() -> None:
    async with FakeAmi(QueueStatus=listed) as server, linked(server) as (link, listener):
        await listener.connected()
        members = await link.action_list("QueueStatus", {})
        assert [member["Name"] for member in members] == ["王", "李"]
        assert [event["Uniqueid"] for event in listener.events] == ["1"]


@scenario
async def test_a_list_that_is_refused_or_broken_off_is_an_error() -> None:
    def refused(session: Session, action: Action) -> None:
        session.respond(action, "Error", Message="No active conferences.")

    def broken_off(session: Session, action: Action) -> None:
        listed(session, action, end="cancelled")

    async with FakeAmi(List=refused, Status=broken_off) as server, linked(server) as (link, listener):
        await listener.connected()
        with pytest.raises(ActionFailed, match="No active conferences"):
            await link.action_list("List", {})
        with pytest.raises(ActionFailed, match="broke the list off"):
            await link.action_list("Status", {})


@scenario
async def test_the_outcome_of_an_originate_is_an_event_like_others() -> None:
    def originated(session: Session, action: Action) -> None:
        session.respond(action)
        outcome = f"Event: OriginateResponse\r\nActionID: {action['ActionID']}\r\nReason: 4\r\n\r\n"
        session.send(outcome.encode())

    async with FakeAmi(Originate=originated) as server, linked(server) as (link, listener):
        await listener.connected()
        await link.action("Originate", {"Channel": "PJSIP/1001"})
        await listener.until(lambda: bool(listener.events))
    assert listener.events[0]["Reason"] == "4"


@scenario
async def test_a_message_without_end_closes_the_connection() -> None:
    async with FakeAmi() as server, linked(server) as (_, listener):
        await listener.connected()
        server.sessions[0].send(b"Event: Hangup\r\nX: " + b"x" * (MAX_MESSAGE + 10))
        await listener.connected(2)
    assert "more than 1048576 bytes" in listener.states[1][1]


@scenario
async def test_actions_that_wait_are_bounded() -> None:
    async with FakeAmi(Hangup=silent) as server, linked(server) as (link, listener):
        await listener.connected()
        asked = [asyncio.create_task(link.action("Hangup", {"Channel": "x"})) for _ in range(MAX_WAITING + 5)]
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(outcome, Unreachable) for outcome in outcomes)
    assert sum("already wait" in str(outcome) for outcome in outcomes) == 5


@scenario
async def test_the_secret_is_neither_logged_nor_on_the_wire() -> None:
    secret = "s3cret-of-the-house"
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    with structlog.testing.capture_logs() as logs:
        async with FakeAmi(secret=secret) as server, linked(server, secret=secret) as (link, listener):
            await listener.connected()
            server.sessions[0].reset()
            await listener.connected(2)
            assert secret not in repr(link._account)
    logging.getLogger().removeHandler(handler)
    assert secret not in repr(logs) + repr([record.getMessage() for record in records])
    assert secret.encode() not in server.received
