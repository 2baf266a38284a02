"""Mailboxes at a phone: the PIN, the lock, each key, and a database that is away."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agi.process import http_client
from agi.routes import routes
from agi.server import serve
from agi.services import Services
from schema.agents import PinTries
from schema.calls import VoicemailMessage
from schema.config import Audit
from schema.session import engine_for, session_factory
from schema.voicemail import MessageMark
from tests.agi.flows import TRUST, Caller, House, publish
from tests.callcenter.flow_sites import flow, site
from tests.databases import Sessions, sqlite_copy
from tests.fakes.asterisk_agi import TOKEN, Exchange, request

pytestmark = [pytest.mark.req("CALL-6")]
AT = dt.datetime(2026, 3, 3, 12, 0, tzinfo=dt.UTC)
PIN = "864209"
BOXES = [{"number": "8001", "title": "Desk"}, {"number": "9000", "title": "Group"}]


class Desk:
    """Seat a1, number 8001, which has a box; so has number 9000."""

    def __init__(self, folder: Path, sessions: Sessions | None) -> None:
        self.house = House(folder)
        self.sessions = sessions
        self.now = AT
        self.kept: list[tuple[str, str]] = []
        publish(self.house.etc, 7, site(flow({"begin": {"kind": "hangup"}}), mailboxes=BOXES))

    def dial(self, dialled: str, *keys: str) -> Caller:
        """What the seat's caller heard and did; keys are given to the verbs that ask."""
        return asyncio.run(self._dial(dialled, Caller(keys)))

    async def _dial(self, dialled: str, caller: Caller) -> Caller:
        async with http_client(TRUST) as http:
            services = Services(
                self.house.snapshots,
                self.house.journal,
                lambda: self.now,
                http,
                Path("/spool"),
                self.sessions,
                secret=lambda name: PIN,
                set_secret=lambda name, secret: self.kept.append((name, secret)),
            )
            server = await serve("127.0.0.1", 0, routes(services), TOKEN)
            exchange = Exchange(server.port)
            values = ["node-1.0", "7", "", "", "", "", dialled, ""]
            arguments = {f"agi_arg_{place}": value for place, value in enumerate(values, 2)}
            line = await exchange.call(request("inside", agi_channel="PJSIP/a1-00000001", **arguments))
            async with asyncio.timeout(20):
                await caller.talk(line)
                await server.stop(5)
            await exchange.close()
        return caller

    def rows(self, table: Any) -> list[Any]:
        assert self.sessions is not None
        with self.sessions() as session:
            return list(session.scalars(select(table)))


@pytest.fixture
def desk(tmp_path: Path, migrated: Path) -> Desk:
    engine = sqlite_copy(migrated, tmp_path)
    sessions = session_factory(engine)
    with sessions.begin() as session:
        for number in (0, 1):
            message = {"mailbox": "8001", "message_id": f"m{number}", "caller": "138", "duration_ms": 2000}
            at = AT + dt.timedelta(minutes=number)
            session.add(VoicemailMessage(**message, path=f"box/msg000{number}.wav", left_at=at))
    return Desk(tmp_path, sessions)


def played(caller: Caller) -> list[str]:
    """The messages the caller heard, in order."""
    return [verb.split("/")[-1].strip('"') for verb in caller.verbs if "/spool/box" in verb]


def test_own_messages_are_heard_one_after_the_other(desk: Desk) -> None:
    assert played(desk.dial("*97", PIN, "", "2", "2")) == ["msg0000", "msg0001"]
    assert [mark.heard_at for mark in desk.rows(MessageMark)] == [AT, AT]


def test_a_key_hears_it_again_and_another_deletes_it(desk: Desk) -> None:
    assert played(desk.dial("*97", PIN, "1", "", "3", "*")) == ["msg0000", "msg0000", "msg0001"]
    marks = {mark.message_id: mark.deleted_at for mark in desk.rows(MessageMark)}
    assert marks == {"m0": AT, "m1": None}
    assert played(desk.dial("*97", PIN, "*")) == ["msg0001"]


def test_any_box_is_entered_by_its_number_and_pin(desk: Desk) -> None:
    assert played(desk.dial("*988001", PIN, "*")) == ["msg0000"]
    assert played(desk.dial("*98", "8001", PIN, "*")) == ["msg0001"]  # the first was heard already
    assert played(desk.dial("*989000", PIN)) == []
    assert played(desk.dial("*987777", PIN)) == []


def test_five_wrong_pins_over_two_calls_close_the_box_for_the_right_one_too(desk: Desk) -> None:
    assert played(desk.dial("*97", "111111", "222222", "333333", PIN)) == []
    assert played(desk.dial("*97", "444444", "555555", PIN)) == []
    [tries] = desk.rows(PinTries)
    assert (tries.agent, tries.locked_until) == ("mailbox/8001", AT + dt.timedelta(minutes=15))
    assert played(desk.dial("*97", PIN)) == []
    desk.now += dt.timedelta(minutes=15)
    assert played(desk.dial("*97", PIN, "*")) == ["msg0000"]
    assert desk.rows(PinTries) == []


def test_a_greeting_is_recorded_beside_the_boxs_messages(desk: Desk) -> None:
    caller = desk.dial("*97", PIN, "", "0", "*")
    assert any("/spool/voicemail/hotline/8001/greeting.wav,4,60,kq" in verb for verb in caller.verbs)


def test_star_and_a_number_leaves_a_message_there(desk: Desk) -> None:
    caller = desk.dial("*9000")
    assert (caller.variables["HL_NEXT"], caller.variables["HL_TARGET"]) == ("voicemail", "9000")
    assert desk.dial("*9999").variables["HL_NEXT"] == "refuse"


@pytest.mark.parametrize("away", [True, False])
def test_a_database_that_is_away_costs_nobody_their_pin(away: bool, tmp_path: Path) -> None:
    broken = session_factory(engine_for(f"sqlite:///{tmp_path}/nothing/there.db"))
    caller = Desk(tmp_path, None if away else broken).dial("*97", PIN, "2")
    assert played(caller) == []
    assert caller.variables["HL_NEXT"] == "hangup"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (("735911", "735911"), [("mailbox/8001", "735911")]),
        (("735911", "735912"), []),
        (("73591",), []),
        (("800180",), []),
        (("123456",), []),
        (("",), []),
    ],
)
def test_a_new_pin_is_typed_twice_and_obeys_the_rules(
    typed: tuple[str, ...], kept: list[tuple[str, str]], desk: Desk
) -> None:
    desk.dial("*97", PIN, "4", *typed, "*")
    assert desk.kept == kept
    assert [(row.by, row.action, row.subject) for row in desk.rows(Audit)] == [
        ("seat a1", "mailbox.pin", "8001") for _ in kept
    ]
