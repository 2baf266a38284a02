"""What the database knows of a caller: right answers, and from an index, on both engines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from callcenter.flow import Served
from callcenter.routing import known_store
from callcenter.routing.caller_lists import put
from callcenter.routing.known import Known
from schema.calls import Call, Visit
from schema.routing import EmergencyClosing
from tests.databases import Sessions

AT = dt.datetime(2026, 3, 3, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
CALLER = "13800138000"
ROW = {"until": None, "note": None, "prompt": None, "tier": None, "agent": None, "queue": None}
QUEUES = {"sales", "agent_1003"}


def listed(number: str, *, prefix: bool = False, kind: str = "vip", **more: Any) -> dict[str, Any]:
    row = {"list": kind, "number": number, "prefix": prefix, "wait_seconds": 0, "priority": 0}
    return {**ROW, **row, **more}


def known(session: Session, caller: str = CALLER) -> Known:
    return known_store.known(session, caller, AT, "cn")


@pytest.mark.req("RT-2")
@pytest.mark.parametrize("caller", [CALLER, "+8613800138000", "013800138000"])
def test_the_closest_entry_is_found_however_the_line_writes_the_number(
    sessions: Sessions, caller: str
) -> None:
    with sessions.begin() as session:
        rows = [
            listed("138", prefix=True, kind="block"),
            listed(CALLER, tier="gold", agent="1003", wait_seconds=15, queue="gold", priority=10),
            listed("1380013800"),
            listed("13800138001", kind="block"),
        ]
        put(session, rows, "chen", AT)
    with sessions() as session:
        entry = known(session, caller).entry
    assert entry is not None
    assert (entry.number, entry.tier, entry.agent, entry.wait_seconds) == (CALLER, "gold", "1003", 15)
    assert (entry.queue, entry.priority, entry.prefix) == ("gold", 10, False)


@pytest.mark.req("RT-2")
def test_a_beginning_holds_for_all_that_begin_so_until_its_day_is_over(sessions: Sessions) -> None:
    with sessions.begin() as session:
        put(session, [listed("1380", prefix=True, kind="block", until=AT + HOUR)], "chen", AT)
        put(session, [listed("1390", prefix=True, kind="block", until=AT)], "chen", AT)
    with sessions() as session:
        found = known(session).entry
        assert found is not None
        assert (found.list, found.prefix) == ("block", True)
        assert known(session, "13900000000").entry is None
        assert known(session, "").entry is None


@pytest.mark.req("RT-2")
def test_an_entry_given_again_is_changed(sessions: Sessions) -> None:
    with sessions.begin() as session:
        put(session, [listed(CALLER, tier="gold")], "chen", AT)
        put(session, [listed(CALLER, tier="platinum")], "li", AT)
    with sessions() as session:
        entry = known(session).entry
    assert entry is not None
    assert entry.tier == "platinum"


@pytest.mark.req("IVR-3")
def test_closings_in_force_are_those_neither_ended_nor_over(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for calendar, until, ended in (
            ("office", None, None),
            ("shop", AT + HOUR, None),
            ("over", AT, None),
            ("ended", None, AT - HOUR),
        ):
            session.add(
                EmergencyClosing(
                    calendar=calendar, began_at=AT - 2 * HOUR, begun_by="chen", until=until, ended_at=ended
                )
            )
    with sessions() as session:
        found = known(session).closings
    assert sorted(str(closing.calendar) for closing in found) == ["office", "shop"]


def past(
    session: Session, number: str, ago: dt.timedelta, queue: str, agent: str | None, outcome: str
) -> None:
    at, call_id = AT - ago, f"{number}-{ago}"
    session.add(Call(call_id=call_id, direction="inbound", state="closed", caller=number, started_at=at))
    session.add(
        Visit(
            call_id=call_id, number=1, queue=queue, joined_at=at, answered_at=at, outcome=outcome, agent=agent
        )
    )


def last(session: Session, hours: int = 24) -> Served:
    since = AT - hours * HOUR
    return known_store.last_served(session, CALLER, QUEUES, since, AT, "cn")


@pytest.mark.req("RT-3")
def test_the_last_agent_is_who_took_the_newest_call_in_the_queue_or_their_own(sessions: Sessions) -> None:
    with sessions.begin() as session:
        past(session, CALLER, 3 * HOUR, "sales", "1001", "answered")
        past(session, f"+86{CALLER}", 2 * HOUR, "agent_1003", "1003", "answered")
        past(session, CALLER, HOUR, "sales", None, "abandoned")
        past(session, f"0{CALLER}", HOUR / 2, "care", "1009", "answered")
        past(session, "13800138001", HOUR / 4, "sales", "1008", "answered")
    with sessions() as session:
        assert last(session) == Served("1003", 7200)
        assert last(session, hours=1) == Served()


@pytest.mark.slow
@pytest.mark.req("RT-1", "RT-2", "RT-3")
def test_every_query_uses_an_index(database: Engine, sessions: Sessions) -> None:
    with sessions.begin() as session:
        put(session, [listed(f"139{number:08}") for number in range(20_000)], "chen", AT)
        calls = [{"call_id": f"c{n}", "caller": f"139{n:08}", "started_at": AT} for n in range(3000)]
        same = {"direction": "inbound", "state": "closed"}
        session.execute(Call.__table__.insert(), [{**call, **same} for call in calls])
        visits = [{"call_id": f"c{n}", "number": 1, "queue": "sales", "joined_at": AT} for n in range(3000)]
        session.execute(Visit.__table__.insert(), [{**visit, "talk_ms": 0} for visit in visits])
    with sessions() as session:
        session.execute(text("ANALYZE"))
        session.commit()
        queries = (
            (known_store.entries_query(CALLER, AT), "uq_listed_callers_number_list_prefix"),
            (known_store.served_query(CALLER, AT - HOUR, "cn"), "ix_calls_caller_started_at"),
        )
        for query, index in queries:
            plan = explained(session, query)
            assert index in plan or "autoindex_listed_callers" in plan
            for table in ("listed_callers", "calls", "visits"):
                assert f"SCAN {table}" not in plan
                assert f"Seq Scan on {table}" not in plan
        open_closings = explained(session, known_store.closings_query(AT))
        assert "ix_emergency_closings_open" in open_closings or database.dialect.name == "postgresql"


def explained(session: Session, query: known_store.Query) -> str:
    connection = session.connection()
    words = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    statement = query.statement.bindparams(**query.values)
    plain = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    rows = connection.exec_driver_sql(f"{words} {plain}")
    return "\n".join(str(row[-1]) for row in rows)
