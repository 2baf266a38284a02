"""The boards' lines are watched: over a real socket, on both databases, and while what it needs is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog

from ami import board_watch
from ami.board_watch import BoardWatch
from ami.connection import Account
from ami.once import connected
from callcenter.boards.advice import ADVICE
from callcenter.boards.history import history
from callcenter.prompt_index import PromptIndex, Sound
from callcenter.site import Site
from cli import Hotline
from dialplan_templates.published import site_json
from schema.session import engine_for, session_factory
from tests.callcenter.flow_sites import flow, site
from tests.databases import Sessions, sqlite_copy
from tests.fakes.ami_server import SECRET, Action, FakeAmi, Session

pytestmark = pytest.mark.req("GW-1")
SECONDS = 10.0
SILENCE = Sound("silence", 100)
Logs = list[Any]


def house() -> Site:
    """A site with one E1, as it is read back of what went live."""
    port = {"port": 1, "group": 1}
    described = site(
        flow({"begin": {"kind": "hangup"}}),
        trunks=[{"name": "city", "title": "City", "connection": {"by": "board", "group": 1}}],
        boards=[
            {"kind": "sangoma", "name": "a101", "model": "A101", "pci_slot": 1, "pci_bus": 1, "ports": [port]}
        ],
    )
    return Site.model_validate(json.loads(site_json(described, PromptIndex(SILENCE, {})))["site"])


class Board(FakeAmi):
    """A manager interface beside one E1. ``alarms`` and ``up`` are how the line is."""

    def __init__(self) -> None:
        super().__init__(
            SECRET, DAHDIShowStatus=self._status, PRIShowSpans=self._spans, DAHDIShowChannels=_list
        )
        self.alarms, self.up = "OK", "Yes"

    def say(self, event: str) -> None:
        """What chan_dahdi sends of its own accord."""
        self.sessions[-1].send(f"Event: {event}\r\nSpan: 1\r\n\r\n".encode())

    def _status(self, session: Session, action: Action) -> None:
        _list(session, action, {"Span": "1", "Alarms": self.alarms, "CRC": "0", "bpviol": "0"})

    def _spans(self, session: Session, action: Action) -> None:
        _list(session, action, {"Span": "1", "Up": self.up})


def _list(session: Session, action: Action, *rows: dict[str, str]) -> None:
    session.respond(action, EventList="start")
    for row in [*rows, {"EventList": "Complete"}]:
        lines = {"Event": "Item", **row, "ActionID": action["ActionID"]}
        session.send("".join(f"{key}: {value}\r\n" for key, value in lines.items()).encode() + b"\r\n")


@asynccontextmanager
async def watched(
    board: Board, sessions: Sessions, live: Callable[[], Site] = house
) -> AsyncIterator[BoardWatch]:
    """The watch runs, and hears what the board says."""
    hears: dict[str, Callable[[Any], None]] = {}
    account = Account(host="127.0.0.1", port=board.port, username="hotline", secret=SECRET)
    async with connected(
        account, Hotline.clock, board_watch.EVENTS, lambda event: hears[event["Event"]](event)
    ) as link:
        watch = BoardWatch(link, sessions, live, Hotline.clock)
        watch.listen(hears.__setitem__)
        running = asyncio.create_task(watch.run())
        try:
            yield watch
            assert not running.done()
        finally:
            running.cancel()
            await asyncio.wait([running])


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not holds():
            await asyncio.sleep(0.01)


def kept(sessions: Sessions) -> list[str]:
    """The states of the line, the newest first."""
    with sessions() as session:
        return [row.state for row in history(session, "a101/1", 9)]


def told(logs: Logs) -> list[tuple[str, str, str | None]]:
    """The alarms that were told, and their ends: name, state, and the state before."""
    return [(log["event"], log["state"], log["before"]) for log in logs if "before" in log]


def test_an_alarm_is_seen_at_once_told_once_and_kept(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_watch, "LOOK_SECONDS", 3600.0)
    monkeypatch.setattr(board_watch, "SOON_SECONDS", 3600.0)

    async def story(logs: Logs) -> None:
        async with Board() as board, watched(board, sessions):
            await until(lambda: kept(sessions) == ["up"])
            board.alarms, board.up = "RED", "No"
            board.say("SpanAlarm")
            await until(lambda: kept(sessions) == ["red", "up"])
            asked = board.names().count("DAHDIShowStatus")
            board.say("Alarm")  # of one of its channels
            await board.seen("DAHDIShowStatus", asked + 1)
            board.alarms, board.up = "OK", "Yes"
            board.say("SpanAlarmClear")
            await until(lambda: kept(sessions) == ["up", "red", "up"])
            await until(lambda: len(told(logs)) == 2)

    with structlog.testing.capture_logs() as logs:
        asyncio.run(story(logs))
    assert told(logs) == [("boards.alarm", "red", "up"), ("boards.alarm_over", "up", "red")]
    [alarm] = [log for log in logs if log["event"] == "boards.alarm"]
    assert (alarm["log_level"], alarm["trunk"], alarm["mend"]) == ("error", "city", ADVICE["red"].en)


def test_a_d_channel_that_no_event_tells_of_is_found_by_asking_again(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_watch, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(board_watch, "SOON_SECONDS", 0.01)

    async def story() -> None:
        async with Board() as board, watched(board, sessions):
            await until(lambda: kept(sessions) == ["up"])
            board.up = "No"
            await until(lambda: kept(sessions) == ["no_signalling", "up"])

    asyncio.run(story())


def test_the_d_channel_of_a_line_whose_alarm_is_over_is_soon_found_up(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_watch, "LOOK_SECONDS", 3600.0)
    monkeypatch.setattr(board_watch, "SOON_SECONDS", 0.2)

    async def story() -> None:
        async with Board() as board, watched(board, sessions):
            board.alarms, board.up = "RED", "No"
            await until(lambda: kept(sessions)[:1] == ["red"])
            board.alarms = "OK"
            board.say("SpanAlarmClear")
            await until(lambda: kept(sessions)[:1] == ["no_signalling"])
            board.up = "Yes"
            await until(lambda: kept(sessions)[:1] == ["up"])

    asyncio.run(story())


def test_a_listener_that_starts_anew_tells_no_alarm_again(sessions: Sessions) -> None:
    async def once(alarms: str) -> None:
        async with Board() as board:
            board.alarms = alarms
            async with connected(
                Account(host="127.0.0.1", port=board.port, username="hotline", secret=SECRET), Hotline.clock
            ) as link:
                await BoardWatch(link, sessions, house, Hotline.clock).look()

    with structlog.testing.capture_logs() as logs:
        for alarms in ("YEL", "YEL", "OK"):
            asyncio.run(once(alarms))
    assert told(logs) == [("boards.alarm", "yellow", None), ("boards.alarm_over", "up", "yellow")]


def test_it_goes_on_when_no_site_is_live_yet(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_watch, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(board_watch, "SOON_SECONDS", 0.01)
    missing: list[Exception] = [OSError("no configuration is live"), ValueError("the snapshot is torn")]

    def live() -> Site:
        if missing:
            raise missing.pop()
        return house()

    async def story() -> None:
        async with Board() as board, watched(board, sessions, live):
            await until(lambda: kept(sessions) == ["up"])

    with structlog.testing.capture_logs() as logs:
        asyncio.run(story())
    reasons = [log["reason"] for log in logs if log["event"] == "boards.unknown"]
    assert reasons == ["the snapshot is torn", "no configuration is live"]


def test_an_asterisk_that_does_not_know_boards_is_asked_again(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_watch, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(board_watch, "SOON_SECONDS", 0.01)

    async def story() -> None:
        async with Board() as board:
            status = board.answers["DAHDIShowStatus"]
            board.answers["DAHDIShowStatus"] = lambda session, action: session.respond(action, "Error")
            async with watched(board, sessions):
                await board.seen("DAHDIShowStatus", 2)
                assert kept(sessions) == []
                board.answers["DAHDIShowStatus"] = status
                await until(lambda: kept(sessions) == ["up"])

    asyncio.run(story())


def test_while_the_database_is_away_alarms_are_told_and_later_kept(
    tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_watch, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(board_watch, "SOON_SECONDS", 0.01)
    folder = tmp_path / "mounted"
    engine = engine_for(f"sqlite:///{folder}/hotline.db")
    sessions = session_factory(engine)

    async def story(logs: Logs) -> None:
        async with Board() as board:
            board.alarms = "RED"
            async with watched(board, sessions):
                await until(lambda: len(told(logs)) == 1)
                board.alarms = "OK"
                await until(lambda: len(told(logs)) == 2)
                folder.mkdir()
                sqlite_copy(migrated, folder).dispose()
                await until(lambda: kept(sessions) == ["up"])
                board.alarms = "YEL"
                await until(lambda: kept(sessions) == ["yellow", "up"] and len(told(logs)) == 3)

    with structlog.testing.capture_logs() as logs:
        asyncio.run(story(logs))
    assert told(logs) == [
        ("boards.alarm", "red", None),
        ("boards.alarm_over", "up", "red"),
        ("boards.alarm", "yellow", "up"),
    ]
    engine.dispose()
