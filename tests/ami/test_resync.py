"""After a loss, what is known of calls and queues is held against what Asterisk says."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from ami import process
from ami.connection import Account, AmiConnection
from ami.known_site import KnownSite
from ami.process import Watch, follow
from callcenter.agents.seating import Membership, interface
from callcenter.errors import NotFound
from callcenter.manager_events import LISTENED
from schema.calls import Call, Gap
from tests.ami.following import SITE, Following
from tests.ami.ledgers import Ledgers, copy_of
from tests.callcenter.captured_calls import HOUSE
from tests.callcenter.flow_sites import flow
from tests.callcenter.flow_sites import site as site_of
from tests.databases import Sessions
from tests.fakes.ami_server import SECRET, Action, FakeAmi, Session

pytestmark = pytest.mark.slow

BEGUN = dt.datetime.fromtimestamp(1795313835.597976, dt.UTC)
"""The captured call's."""
CALLER = "pbx1-1795313835.0"


class Pbx(FakeAmi):
    """An Asterisk that is up: ``channels`` are what it lists; it says FullyBooted at a log-in, or it doesn't."""

    def __init__(self, *channels: str, says_booted: bool = True) -> None:
        super().__init__(SECRET, CoreShowChannels=self._list, QueueStatus=self._queues)
        self.channels = list(channels)
        self.answers["Login"] = self._log_in_and_say if says_booted else self._log_in

    def _log_in_and_say(self, session: Session, action: Action) -> None:
        self._log_in(session, action)
        session.send(b"Event: FullyBooted\r\nPrivilege: system,all\r\n\r\n")

    def _list(self, session: Session, action: Action) -> None:
        self._items(session, action, [{"Event": "CoreShowChannel", "Uniqueid": one} for one in self.channels])

    def _queues(self, session: Session, action: Action) -> None:
        self._items(session, action, [{"Event": "QueueParams", "Queue": "care"}])

    def _items(self, session: Session, action: Action, items: list[dict[str, str]]) -> None:
        session.respond(action, EventList="start")
        for item in [*items, {"Event": "Complete", "EventList": "Complete"}]:
            lines = {**item, "ActionID": action["ActionID"]}
            session.send("".join(f"{k}: {v}\r\n" for k, v in lines.items()).encode() + b"\r\n")


@contextmanager
def quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "RETRY_SECONDS", 0.02)
        patch.setattr(process, "BOOT_SECONDS", 0.1)
        patch.setattr(process, "QUIET", dt.timedelta(seconds=0.1))
        patch.setattr(process, "LOOK_ROUND_SECONDS", 0.3)
        yield


def run(
    following: Following,
    pbx: Pbx,
    test: Callable[[Watch], Awaitable[None]],
    members: Callable[[], list[Any]] = list,
    lost_at: dt.datetime | None = None,
    site: Callable[[], KnownSite] = lambda: SITE,
) -> None:
    async def whole() -> None:
        async with pbx:
            stop = asyncio.Event()
            account = Account(host="127.0.0.1", port=pbx.port, username="hotline", secret=SECRET)
            connection = AmiConnection(
                account,
                wanted=LISTENED,
                on_event=lambda message: watch.on_event(message),
                on_state=lambda up, at, reason: watch.on_state(up, at, reason),
                clock=lambda: following.now,
            )
            watch = Watch(
                connection,
                following.listener,
                following.keeper,
                site,
                members,
                int,
                lambda: following.now,
                lost_at,
            )
            following_on = asyncio.create_task(follow(watch, stop))
            async with asyncio.timeout(20):
                await test(watch)
            stop.set()
            await following_on

    with quick(), capture_logs():
        asyncio.run(whole())


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.01)


def begin(ledgers: Ledgers) -> None:
    """The captured caller is in the queue; nothing tells of his end."""
    lines = copy_of("survey", 0, "cel.csv").splitlines(keepends=True)
    ledgers.cel.write_bytes(b"".join(lines[:3]))


def calls(sessions: Sessions) -> list[Call]:
    with sessions() as session:
        return list(session.scalars(select(Call)))


@pytest.mark.req("P3")
@pytest.mark.parametrize("says_booted", [True, False], ids=["at once", "when Asterisk never says it is up"])
def test_calls_that_went_with_a_killed_asterisk_are_closed_and_the_gap_is_noted(
    says_booted: bool, sessions: Sessions, ledgers: Ledgers
) -> None:
    begin(ledgers)
    following = Following(sessions, ledgers, BEGUN + dt.timedelta(minutes=5))
    lost_at = BEGUN + dt.timedelta(minutes=1)

    async def test(watch: Watch) -> None:
        await until(lambda: watch.lost_at is None)

    run(following, Pbx(says_booted=says_booted), test, lost_at=lost_at)
    [call] = calls(sessions)
    assert (call.state, call.ended_by, call.ended_at) == ("closed", "pbx_restart", lost_at)
    with sessions() as session:
        [gap] = session.scalars(select(Gap))
    assert (gap.source, gap.began_at, gap.found) == ("ami", lost_at, {"vanished": 1, "members": 0})


@pytest.mark.req("P3")
def test_calls_that_are_still_up_are_left_alone(sessions: Sessions, ledgers: Ledgers) -> None:
    begin(ledgers)
    following = Following(sessions, ledgers, BEGUN + dt.timedelta(minutes=5))

    async def test(watch: Watch) -> None:
        await until(lambda: watch.lost_at is None)

    run(following, Pbx(CALLER), test, lost_at=BEGUN)
    assert [call.state for call in calls(sessions)] == ["open"]


@pytest.mark.req("P3")
def test_a_call_too_young_to_be_called_gone_is_looked_at_again_soon(
    sessions: Sessions, ledgers: Ledgers
) -> None:
    begin(ledgers)
    following = Following(sessions, ledgers, BEGUN + dt.timedelta(seconds=1))
    pbx = Pbx()

    async def test(watch: Watch) -> None:
        await pbx.seen("CoreShowChannels")
        await until(lambda: watch.lost_at is None)
        assert [call.state for call in calls(sessions)] in ([], ["open"])
        following.now += dt.timedelta(seconds=30)
        await until(lambda: [call.ended_by for call in calls(sessions)] == ["pbx_restart"])

    run(following, pbx, test, lost_at=BEGUN)


@pytest.mark.req("P3")
def test_a_call_that_was_missed_is_found_by_the_look_round(sessions: Sessions, ledgers: Ledgers) -> None:
    following = Following(sessions, ledgers, BEGUN + dt.timedelta(minutes=5))
    pbx = Pbx(CALLER)

    async def test(watch: Watch) -> None:
        await pbx.seen("CoreShowChannels")
        begin(ledgers)
        await until(lambda: len(calls(sessions)) == 1)
        pbx.channels.clear()
        await until(lambda: [call.state for call in calls(sessions)] == ["closed"])

    run(following, pbx, test)


@pytest.mark.req("P3", "P8")
def test_a_resync_that_fails_is_tried_again(sessions: Sessions, ledgers: Ledgers) -> None:
    """The database of the members is away, or a list is not answered: no other loss has to come first."""
    following = Following(sessions, ledgers, BEGUN)
    tries = []

    def members() -> list[Any]:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("select", {}, Exception("the database is away"))
        return []

    async def test(watch: Watch) -> None:
        await until(lambda: watch.lost_at is None)

    run(following, Pbx(), test, members, lost_at=BEGUN)
    assert len(tries) >= 3


@pytest.mark.req("P3")
def test_every_loss_of_the_connection_is_a_gap(sessions: Sessions, ledgers: Ledgers) -> None:
    following = Following(sessions, ledgers, BEGUN)
    pbx = Pbx()

    async def test(watch: Watch) -> None:
        await pbx.seen("CoreShowChannels")
        await until(lambda: watch.lost_at is None)
        for count in (1, 2):
            pbx.sessions[-1].reset()
            await until(lambda: watch.lost_at is not None)
            await until(lambda: watch.lost_at is None)
            await until(lambda: gaps() == count)  # noqa: B023

    def gaps() -> int:
        with sessions() as session:
            return len(session.scalars(select(Gap)).all())

    run(following, pbx, test)


RELOAD = b"Event: Reload\r\nPrivilege: system,all\r\nModule: app_queue.so\r\nStatus: 0\r\n\r\n"
NEW = KnownSite.of(
    site_of(
        flow({"begin": {"kind": "hangup"}}),
        queues=[{"name": name, "title": name, "record": True} for name in ("sales", "next")],
        seats=[{"name": "new1", "number": "8001", "title": "New"}],
    )
)


@pytest.mark.req("GW-6")
@pytest.mark.parametrize("trouble", [NotFound("no site"), ValueError("no trunk"), None], ids=repr)
def test_a_reload_of_asterisk_has_the_site_read_again(
    trouble: Exception | None, sessions: Sessions, ledgers: Ledgers
) -> None:
    """One that can't be read leaves the one before in force, until it can."""
    following, pbx = Following(sessions, ledgers, BEGUN), Pbx()
    answers: list[KnownSite | Exception] = [SITE]
    reads: list[int] = []

    def site() -> KnownSite:
        reads.append(1)
        answer = answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def test(watch: Watch) -> None:
        await pbx.seen("CoreShowChannels", 2)
        before = len(reads)
        if trouble is not None:
            answers[0] = trouble
            pbx.sessions[-1].send(RELOAD)
            await until(lambda: len(reads) > before)
            assert "new1" not in following.listener.book.endpoints.seats
        answers[0] = NEW
        pbx.sessions[-1].send(RELOAD)
        await until(lambda: "new1" in following.listener.book.endpoints.seats)
        asked = len(reads)
        await pbx.seen("CoreShowChannels", pbx.names().count("CoreShowChannels") + 2)
        assert len(reads) == asked, "it is read once for each reload"

    run(following, pbx, test, site=site)
    assert following.keeper.surveys["sales"] is None
    assert following.listener._legs.queues == {"sales", "next"}
    assert following.listener.book.endpoints.trunks == {"e1", "gateway"}


def test_what_only_the_former_site_had_is_known_for_the_calls_in_hand() -> None:
    both = NEW.after(KnownSite(HOUSE, {"gone": "happy"}, frozenset({"gone", "sales"}), {"account": "e9"}))
    assert both.endpoints.seats == {"new1", *HOUSE.seats}
    assert both.surveys == {"gone": "happy", **NEW.surveys}
    assert both.recorded == {"gone", "sales", "next"}
    assert both.trunk_of["account"] == "e9"


@pytest.mark.req("P3")
def test_after_a_loss_the_phones_of_those_logged_in_are_asked_at_once(
    sessions: Sessions, ledgers: Ledgers
) -> None:
    following, pbx = Following(sessions, ledgers, BEGUN), Pbx()

    def members() -> list[Membership]:
        desks = [("care", "1001", "desk1"), ("sales", "1001", "desk1"), ("care", "1002", "desk2")]
        return [Membership(q, interface(a, s), a, f"PJSIP/{s}", 0, None) for q, a, s in desks]

    async def test(watch: Watch) -> None:
        await until(lambda: watch.lost_at is None)
        await pbx.seen("CoreShowChannels", 3)

    run(following, pbx, test, members, lost_at=BEGUN)
    asked = [action["Endpoint"] for action in pbx.actions if action["Action"] == "PJSIPQualify"]
    assert asked == ["desk1", "desk2"]
