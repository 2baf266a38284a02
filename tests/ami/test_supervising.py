"""What supervisors do fails closed: without an audit log nothing is done, and one line says why."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from ami.connection import AmiConnection
from ami.hands import Desk, Hands
from ami.listener import Listener
from ami.protocol import Message
from ami.supervising import Supervising, Wish
from ami.wishes import Tools, Wishes
from callcenter.audit import NotWritten
from callcenter.manager_events import WISH_EVENT
from callcenter.site import Site
from schema.calls import AgentLogin
from schema.config import Audit
from schema.session import engine_for, session_factory
from tests.sample import sample_site

pytestmark = [pytest.mark.req("CALL-3")]
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
LISTEN = Wish("1002", "cli wang", "listen", Desk("s8002"), agent="1001")
TALK = [("PJSIP/e1-01", "pbx-1", "a"), ("PJSIP/s8001-02", "pbx-2", "a")]


class Phone:
    """A manager connection with a talk at seat s8001; keeps the names of what would change something."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def action(self, name: str, fields: Mapping[str, str]) -> Mapping[str, str]:
        self.done.append(f"{name} {fields.get('Cause', '')}".strip())
        return {"Response": "Success"}

    async def action_list(self, name: str, fields: Mapping[str, str]) -> Sequence[Mapping[str, str]]:
        common = {"Linkedid": "pbx-1", "ChannelStateDesc": "Up"}
        return [{"Channel": c, "Uniqueid": u, "BridgeId": b, **common} for c, u, b in TALK]


def site() -> Site:
    """1002 is a supervisor."""
    found = sample_site()
    agents = [one.model_copy(update={"supervisor": one.number == "1002"}) for one in found.agents]
    return found.model_copy(update={"agents": agents})


@pytest.fixture
def away(tmp_path: Path) -> sessionmaker[Session]:
    """Sessions of a database that can't be reached."""
    return session_factory(engine_for(f"sqlite:///{tmp_path}/gone/hotline.db"))


@pytest.fixture
def only_read(database: Engine) -> sessionmaker[Session]:
    """Sessions of a database that can be read and not written."""
    with session_factory(database).begin() as session:
        session.add_all(
            AgentLogin(agent=agent, seat=f"s800{agent[3]}", began_at=NOON) for agent in ("1001", "1002")
        )
    return session_factory(database, read_only=True)


def supervise(phone: Phone, sessions: sessionmaker[Session]) -> str:
    """What the supervisor is told."""
    supervising = Supervising(Hands(phone), sessions, site(), lambda: NOON)
    with pytest.raises(NotWritten) as told:
        asyncio.run(supervising.carry_out(LISTEN))
    return str(told.value)


def test_with_the_database_away_nothing_is_done_and_one_line_says_so(away: sessionmaker[Session]) -> None:
    phone = Phone()
    told = supervise(phone, away)
    assert told.startswith(
        "nothing was done: the audit log can't be written; the database file can't be opened"
    )
    assert "\n" not in told
    assert phone.done == []


def test_with_a_log_that_takes_no_more_nothing_is_done(only_read: sessionmaker[Session]) -> None:
    phone = Phone()
    assert "nothing was done: the audit log can't be written" in supervise(phone, only_read)
    assert phone.done == []
    with only_read() as session:
        assert session.query(Audit).count() == 0


def test_a_feature_code_is_refused_at_once_and_logged_in_one_line(away: sessionmaker[Session]) -> None:
    phone = Phone()

    async def dialled() -> None:
        tools = Tools(cast(AmiConnection, phone), cast(Listener, None), away, site, lambda: NOON)
        wishes = Wishes(tools)
        asked = {"Event": "UserEvent", "UserEvent": WISH_EVENT, "Wish": "supervise", "Linkedid": "pbx-9"}
        wishes.hear(
            Message(
                {**asked, "Channel": "PJSIP/s8002-07", "Seat": "s8002", "Deed": "listen", "Agent": "1001"}
            )
        )
        await asyncio.gather(*asyncio.all_tasks() - {cast(asyncio.Task[None], asyncio.current_task())})

    with capture_logs() as logged:
        asyncio.run(dialled())
    assert phone.done == ["Hangup 21"]
    [line] = logged
    assert (line["event"], line["log_level"], "exc_info" in line) == ("wish.refused", "warning", False)
    assert "the audit log can't be written" in line["reason"]
