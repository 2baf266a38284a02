"""Conferences: rows of what Asterisk tells, once each, and no bridge that unites its members' calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from ami.conferences import keep
from ami.ledger import parse_cel
from ami.protocol import Message
from ami.translate import translate
from callcenter.events import BridgeEntered, BridgeLeft
from callcenter.ledger_format import CEL_COLUMNS
from schema.conferences import Conference, ConferenceMember
from tests.callcenter.flow_sites import flow, site
from tests.databases import Sessions

pytestmark = [pytest.mark.req("CALL-5")]
ROOMS = [
    {"number": "8801", "title": "Recorded", "record": True},
    {"number": "8802", "title": "Not"},
]
SITE = site(flow({"begin": {"kind": "hangup"}}), rooms=ROOMS)
AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def event(name: str, second: int, who: str = "", **more: str) -> Message:
    moment = (AT + dt.timedelta(seconds=second)).timestamp()
    told = {"Event": name, "Timestamp": f"{moment:.6f}", "BridgeUniqueid": "b1", "Conference": "8801"}
    if who:
        told |= {"Uniqueid": f"u-{who}", "Linkedid": f"l-{who}", "CallerIDNum": who, "Admin": "No"}
    return Message(told | more)


STORY = [
    event("ConfbridgeStart", 0),
    event("ConfbridgeJoin", 1, "138"),
    event("ConfbridgeJoin", 2, "8001", Admin="Yes"),
    event("ConfbridgeLeave", 5, "138"),
    event("ConfbridgeJoin", 7, "138"),
    event("ConfbridgeLeave", 9, "8001", Admin="Yes"),
    event("ConfbridgeLeave", 9, "138"),
    event("ConfbridgeEnd", 9),
]


def told(sessions: Sessions, story: Sequence[Message]) -> None:
    for message in story:
        with sessions.begin() as session:
            keep(session, message, lambda: SITE)


def seconds(at: dt.datetime | None) -> int | None:
    return None if at is None else round((at - AT).total_seconds())


def test_a_conference_and_its_members_are_kept(sessions: Sessions) -> None:
    told(sessions, STORY)
    with sessions() as session:
        [row] = session.scalars(select(Conference))
        members = session.scalars(select(ConferenceMember).order_by(ConferenceMember.joined_at)).all()
    assert (row.room, seconds(row.started_at), seconds(row.ended_at)) == ("8801", 0, 9)
    assert row.recording == "conferences/8801-u-138.wav"
    assert [(one.call_id, one.host, seconds(one.joined_at), seconds(one.left_at)) for one in members] == [
        ("l-138", False, 1, 5),
        ("l-8001", True, 2, 9),
        ("l-138", False, 7, 9),
    ]


def test_every_event_told_twice_changes_nothing(sessions: Sessions) -> None:
    told(sessions, [message for message in STORY for _ in range(2)])
    with sessions() as session:
        assert session.query(Conference).count() == 1
        assert session.query(ConferenceMember).count() == 3


def test_a_room_that_is_not_recorded_has_no_file(sessions: Sessions) -> None:
    told(sessions, [event("ConfbridgeJoin", 1, "138", Conference="8802")])
    with sessions() as session:
        assert session.scalars(select(Conference)).one().recording is None


@pytest.mark.parametrize("kind", ["BridgeEnter", "BridgeLeave"])
def test_a_conferences_bridge_unites_nobodys_calls(kind: str) -> None:
    message = event(kind, 0, "138", BridgeTechnology="softmix")
    assert isinstance(translate(message), BridgeEntered | BridgeLeft)
    assert translate(Message({**message, "BridgeCreator": "ConfBridge"})) is None


@pytest.mark.parametrize("kind", ["BRIDGE_ENTER", "BRIDGE_EXIT"])
@pytest.mark.parametrize(("application", "told"), [("ConfBridge", False), ("Queue", True)])
def test_the_ledgers_rows_of_it_tell_nothing_either(kind: str, application: str, told: bool) -> None:
    values = {"eventtype": kind, "eventtime": "1795312541.5", "uniqueid": "u1", "linkedid": "u1"}
    extra = '{""bridge_id"":""b1"",""bridge_technology"":""softmix""}'
    values |= {"application": application, "extra": extra, "channel": "PJSIP/e1-0"}
    line = ",".join(f'"{values.get(name, "")}"' for name in CEL_COLUMNS)
    assert (parse_cel(line.encode()) is not None) == told
