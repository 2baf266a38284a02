"""Reading without transactions, on both engines."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from schema.calls import Gap
from schema.reading import Reader, Readers
from schema.session import session_factory

pytestmark = [pytest.mark.req("RT-2")]
AT = dt.datetime(2026, 3, 3, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
SOURCES = "SELECT source FROM gaps WHERE began_at >= :at ORDER BY source"


def note(session: Session, source: str, at: dt.datetime) -> None:
    session.add(Gap(source=source, began_at=at, ended_at=at, reason="test", found={}))


def sources(reader: Reader) -> list[str]:
    return [row[0] for row in reader.rows(SOURCES, {"at": AT})]


def test_each_statement_sees_what_has_been_written_by_then(database: Engine) -> None:
    reader = Reader(database)
    with session_factory(database).begin() as session:
        note(session, "before", AT - dt.timedelta(microseconds=1))
        note(session, "then", AT)
    assert sources(reader) == ["then"]
    with session_factory(database).begin() as session:
        note(session, "later", AT + dt.timedelta(hours=9))
    assert sources(reader) == ["later", "then"]
    reader.close()
    assert sources(reader) == ["later", "then"]
    reader.close()


def test_nothing_can_be_written(database: Engine) -> None:
    reader = Reader(database)
    with pytest.raises(Exception, match=r"read-?only"):
        reader.rows("DELETE FROM gaps", {})
    reader.close()
    with session_factory(database).begin() as session:
        note(session, "others can", AT)


def test_a_connection_that_has_died_is_replaced(database: Engine) -> None:
    reader = Reader(database)
    assert sources(reader) == []
    assert reader._connection is not None
    reader._connection.dbapi_connection.close()
    assert sources(reader) == []
    reader.close()


def test_each_thread_has_its_own(database: Engine) -> None:
    readers, others = Readers(database), list[Reader]()
    thread = threading.Thread(target=lambda: others.append(readers()))
    thread.start()
    thread.join()
    assert readers() is readers() is not others[0]


def test_a_statement_that_is_wrong_says_so_and_the_next_one_is_answered(database: Engine) -> None:
    reader = Reader(database)
    for _ in range(2):
        with pytest.raises(Exception, match="nowhere"):
            reader.rows("SELECT * FROM nowhere", {})
    assert sources(reader) == []
    reader.close()
