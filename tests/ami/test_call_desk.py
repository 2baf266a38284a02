"""What is asked to be done to calls: in the audit log before it is done, and not done without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from ami.call_desk import CallDesk
from ami.connection import ActionFailed
from callcenter.audit import Actor, NotWritten
from callcenter.errors import HotlineError, NotFound
from cli import Hotline
from schema.calls import AgentLogin
from schema.config import Audit
from tests.databases import Sessions
from tests.web.programs import Program

pytestmark = [pytest.mark.req("CALL-1", "CALL-4")]
CRM = Actor("api crm", "api crm")
TALK = {"PJSIP/e1-01": ("pbx-1", "a"), "PJSIP/s8001-02": ("pbx-2", "a")}


class Phone:
    """A manager connection with a talk at seat s8001, which leaves it when it is passed on; notes the log before."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self.done: list[tuple[str, list[str]]] = []

    async def action(self, name: str, fields: Mapping[str, str | Sequence[str]]) -> Mapping[str, str]:
        self.done.append((name, [row["outcome"] for row in logged(self._sessions)]))
        return {"Response": "Success"}

    async def action_list(
        self, name: str, fields: Mapping[str, str | Sequence[str]]
    ) -> Sequence[Mapping[str, str]]:
        there = {one: at for one, at in TALK.items() if not self.done or "e1" in one}
        if name == "Status" and fields["Channel"] not in there:
            raise ActionFailed("Status: Asterisk says 'No such channel'")
        common = {"Linkedid": "pbx-1", "ChannelStateDesc": "Up"}
        return [{"Channel": one, "Uniqueid": at[0], "BridgeId": at[1], **common} for one, at in there.items()]

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Phone]:
        """As ``ami.shared.SharedManager`` gives it."""
        yield self


def logged(sessions: Sessions) -> list[dict[str, str]]:
    """What was done to calls, each row's columns and detail together."""
    with sessions() as session:
        rows = session.scalars(select(Audit).order_by(Audit.id)).all()
        found = [{"by": row.by, "deed": row.action, "call": row.subject, **row.detail} for row in rows]
    return [row for row in found if row["deed"].startswith("call.")]


class OnlyRead(Hotline):
    """Its database can't be written."""

    def sessions(self, read_only: bool = False) -> sessionmaker[Session]:
        """Never those that write."""
        return super().sessions(read_only=True)


@pytest.fixture
def app(sessions: Sessions, tmp_path: Path) -> Iterator[Hotline]:
    """Agent 1001 sits at s8001."""
    program = Program(sessions, tmp_path / "home")
    with sessions.begin() as session:
        session.add(AgentLogin(agent="1001", seat="s8001", began_at=program.app.clock()))
    yield program.app
    program.close()


def test_a_call_is_passed_on_once_the_log_has_it(app: Hotline, sessions: Sessions) -> None:
    phone = Phone(sessions)
    seat = asyncio.run(CallDesk(app, phone.connect).transfer(CRM, "pbx-1", "8003"))
    assert seat == "s8001"
    assert phone.done == [("BlindTransfer", ["begun"])]
    common = {"by": "api crm", "via": "api crm", "deed": "call.transfer", "call": "pbx-1", "agent": "1001"}
    assert logged(sessions) == [
        common | {"outcome": outcome, "to": "8003", "reason": None} for outcome in ("begun", "done")
    ]


@pytest.mark.parametrize(
    ("call", "number", "error", "why"),
    [
        ("pbx-9", "8003", NotFound, "call pbx-9 is not up"),
        ("pbx-1", "7999", HotlineError, "7999 is no number of this house"),
    ],
)
def test_what_can_not_be_done_is_in_the_log_with_its_reason(
    app: Hotline, sessions: Sessions, call: str, number: str, error: type[HotlineError], why: str
) -> None:
    phone = Phone(sessions)
    with pytest.raises(error, match=why):
        asyncio.run(CallDesk(app, phone.connect).transfer(CRM, call, number))
    assert phone.done == []
    (row,) = logged(sessions)
    assert row["outcome"] == "failed"
    assert why in row["reason"]


def test_a_click_is_in_the_log_under_its_call_before_the_phone_rings(
    app: Hotline, sessions: Sessions
) -> None:
    phone = Phone(sessions)
    call_id = asyncio.run(CallDesk(app, phone.connect).dial(CRM, "1001", "13900001111"))
    assert phone.done == [("Originate", ["begun"])]
    assert {(row["call"], row["to"], row["agent"]) for row in logged(sessions)} == {
        (call_id, "13900001111", "1001")
    }


def test_without_a_log_nothing_is_done(app: Hotline, sessions: Sessions) -> None:
    phone, only_read = Phone(sessions), OnlyRead(app.settings)
    desk = CallDesk(only_read, phone.connect)
    for deed in (
        desk.dial(CRM, "1001", "13900001111"),
        desk.transfer(CRM, "pbx-1", "8003"),
        desk.add(CRM, "pbx-1", number="8003"),
        desk.survey(CRM, "pbx-1"),
    ):
        with pytest.raises(NotWritten, match="nothing was done"):
            asyncio.run(deed)
    assert phone.done == []
    only_read.engine().dispose()
