"""Before a queue the caller is told or asked, once a call; the dialplan and the journal get the decision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from schema.calls import AgentLogin
from schema.session import session_factory
from tests.agi.flows import AT, Caller, House, publish, told
from tests.callcenter.flow_sites import QUEUE, flow, site

pytestmark = [pytest.mark.req("REC-1")]
CALL = "node-1.0"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def call(house: House, keys: str = "", said: str = "", **policy: Any) -> tuple[Caller, dict[str, Any]]:
    publish(house.etc, 7, site(flow({"start": QUEUE}), recording=policy))
    caller = house.call(Said(keys, said))
    [fact] = house.facts("recording")
    return caller, fact


class Said(Caller):
    """A caller who may have answered before."""

    def __init__(self, keys: str, said: str) -> None:
        super().__init__(keys)
        self._said = said

    def _reply(self, line: str, key: str) -> str:
        if line.startswith("GET VARIABLE") and "HL_CONSENT" in line and self._said:
            return f"200 result=1 ({self._said})"
        return super()._reply(line, key)


def test_a_recorded_queue_says_so_and_why(house: House) -> None:
    caller, fact = call(house)
    assert (caller.variables["HL_RECORD"], caller.variables["HL_RECORD_DRAW"]) == ("1", "38")
    assert "HL_CONSENT" not in caller.variables
    assert (fact["queue"], fact["record"], fact["reason"]) == ("sales", True, "site: always recorded")


@pytest.mark.parametrize(
    ("answer", "keys", "record", "consent"),
    [
        ("none", "", "1", "told"),
        ("agree", "1", "1", "agreed"),
        ("agree", "2", "0", "refused"),
        ("agree", "", "0", "silent"),
        ("agree", "7", "0", "silent"),
        ("refuse", "", "1", "silent"),
        ("refuse", "2", "0", "refused"),
    ],
)
def test_the_callers_word_counts(answer: str, keys: str, record: str, consent: str, house: House) -> None:
    caller, fact = call(house, keys, consent={"prompt": "hello", "answer": answer})
    assert (caller.variables["HL_RECORD"], caller.variables["HL_CONSENT"]) == (record, consent)
    assert (caller.variables["HL_RECORD_DRAW"] == "") is (record == "0")
    assert (fact["record"], fact["consent"]) == (record == "1", consent)
    assert sum("hello" in verb for verb in caller.verbs) == 1


def test_who_has_answered_before_another_queue_is_not_asked_again(house: House) -> None:
    caller, fact = call(house, said="refused", consent={"prompt": "hello", "answer": "refuse"})
    assert not any("hello" in verb for verb in caller.verbs)
    assert (fact["record"], fact["reason"]) == (False, "the caller refused")


def test_who_was_only_told_is_still_asked_where_a_key_decides(house: House) -> None:
    caller, _ = call(house, "1", said="told", consent={"prompt": "hello", "answer": "agree"})
    assert caller.variables["HL_CONSENT"] == "agreed"


def test_who_is_not_recorded_anyway_is_not_asked(house: House) -> None:
    caller, fact = call(house, percent=0, consent={"prompt": "hello"})
    assert not any("hello" in verb for verb in caller.verbs)
    assert fact["consent"] is None
    assert told([fact], "record", "reason") == [(False, "site: never recorded")]


SEAT = {"kind": "seat", "seat": "a1", "no_answer": "@hangup", "busy": "@hangup", "unreachable": "@hangup"}


@pytest.mark.parametrize(("agent", "record"), [("1001", "1"), ("1002", "0"), (None, "0")])
def test_a_step_that_rings_a_seat_goes_by_who_sits_there(
    agent: str | None, record: str, house: House, database: Engine
) -> None:
    sessions = house.sessions = session_factory(database)
    agents = [{"number": number, "title": number} for number in ("1001", "1002")]
    policy = {"agents": {"1002": {"percent": 0}}}
    publish(house.etc, 7, site(flow({"start": SEAT}), recording=policy, agents=agents))
    if agent:
        with sessions.begin() as session:
            session.add(AgentLogin(agent=agent, seat="a1", began_at=AT, ended_at=None, paused_reason=None))
    caller = house.call(Caller())
    assert (caller.variables["HL_NEXT"], caller.variables["HL_RECORD"]) == ("desk", record)
    assert [fact["queue"] for fact in house.facts("recording")] == [None] * bool(agent)


def test_who_sits_at_a_seat_is_found_out_while_another_program_writes(house: House, database: Engine) -> None:
    sessions = house.sessions = session_factory(database)
    policy = {"agents": {"1002": {"percent": 0}}}
    agents = [{"number": "1002", "title": "1002"}]
    publish(house.etc, 7, site(flow({"start": SEAT}), recording=policy, agents=agents))
    with sessions.begin() as session:
        session.add(AgentLogin(agent="1002", seat="a1", began_at=AT, ended_at=None, paused_reason=None))
    with sessions.begin() as writer:
        writer.add(AgentLogin(agent="1003", seat="a2", began_at=AT, ended_at=None, paused_reason=None))
        writer.flush()
        caller = house.call(Caller())
        writer.rollback()
    assert caller.variables["HL_RECORD"] == "0", "not known, and so recorded as anybody's call"
