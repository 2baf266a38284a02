"""What an engine promises: durable, checked, patient with other writers, plain about its troubles."""

from __future__ import annotations

import datetime as dt
import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, exc, select, text
from sqlalchemy.orm import Session

from lab.postgres import PrivatePostgres
from schema import session as sessions
from schema.calls import Call
from schema.config import Audit
from schema.session import engine_for, session_factory, trouble
from tests.databases import sqlite_copy

NOON = dt.datetime(2026, 10, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def audit(action: str) -> Audit:
    """A row that stands for any write."""
    return Audit(at=NOON, by="test", action=action, subject="热线", detail={"说": "你好"})


@pytest.fixture
def sqlite(
    tmp_path: Path, migrated: Path, durable: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """An SQLite database with all tables, set up as the program does."""
    monkeypatch.setattr(sessions, "_ON_CONNECT", durable)
    return sqlite_copy(migrated, tmp_path)


def test_sqlite_is_durable_and_checks_its_keys(sqlite: Engine) -> None:
    with sqlite.connect() as connection:
        got = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert got == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


@pytest.mark.postgres
def test_postgresql_gives_a_statement_up_after_its_time(postgres: PrivatePostgres) -> None:
    engine = engine_for(postgres.create("statement_timeout"))
    with engine.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar() == "5s"
        assert connection.execute(text("SHOW timezone")).scalar() == "UTC"
    engine.dispose()


def test_moments_come_back_aware_and_in_utc(engine: Engine) -> None:
    factory = session_factory(engine)
    with factory.begin() as session:
        session.add(audit("saved"))
    with factory() as session:
        row = session.scalars(select(Audit)).one()
    assert row.at == NOON
    assert row.at.tzinfo is dt.UTC
    assert row.detail == {"说": "你好"}


def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    with session_factory(engine)() as session, pytest.raises(exc.StatementError, match="without a time zone"):
        session.add(Audit(at=NOON.replace(tzinfo=None), by="a", action="b", subject="c", detail={}))
        session.flush()


def test_a_state_nobody_knows_is_refused(engine: Engine) -> None:
    with session_factory(engine)() as session, pytest.raises(exc.IntegrityError):
        session.add(Call(call_id="1", direction="inbound", started_at=NOON, state="ajar"))
        session.flush()


def test_a_reader_may_not_write(engine: Engine) -> None:
    with session_factory(engine, read_only=True)() as session, pytest.raises(exc.DBAPIError):
        session.add(audit("saved"))
        session.flush()
    with session_factory(engine).begin() as session:
        session.add(audit("saved"))


def test_who_writes_elsewhere_may_only_read_for_once(engine: Engine) -> None:
    factory = session_factory(engine)
    with factory.begin() as session:
        session.add(audit("not yet seen"))
        session.flush()
        with sessions.reading(factory) as reader:
            assert reader.scalars(select(Audit)).all() == []
    with sessions.reading(factory) as reader, pytest.raises(exc.DBAPIError):
        reader.add(audit("saved"))
        reader.flush()
    with factory.begin() as session:
        session.add(audit("saved"))


def test_a_second_writer_waits_for_the_first(engine: Engine) -> None:
    factory = session_factory(engine)
    second_done = threading.Event()

    def write() -> None:
        with factory.begin() as session:
            session.add(audit("second"))
        second_done.set()

    with factory.begin() as session:
        session.add(audit("first"))
        session.flush()
        thread = threading.Thread(target=write)
        thread.start()
    thread.join(sessions.WAIT_SECONDS)
    assert second_done.is_set()
    assert count(factory()) == 2


def endings(engine: Engine) -> Iterator[tuple[str, Callable[[], None]]]:
    """Every way in which a writer comes to its end."""

    def ends_well() -> None:
        with Session(engine) as session, session.begin():
            session.add(audit("well"))

    def raises() -> None:
        with suppress(LookupError), Session(engine) as session, session.begin():
            session.add(audit("never"))
            raise LookupError

    def loses_its_connection() -> None:
        with suppress(exc.SQLAlchemyError), Session(engine) as session:
            session.execute(text("SELECT 1"))
            session.connection().invalidate()

    def is_forgotten() -> None:
        Session(engine).execute(text("SELECT 1"))
        gc.collect()

    yield from {
        work.__name__: work for work in (ends_well, raises, loses_its_connection, is_forgotten)
    }.items()


def test_however_a_writer_ends_the_next_one_has_its_turn_at_once(sqlite: Engine) -> None:
    for name, work in endings(sqlite):
        work()
        began = time.monotonic()
        with Session(sqlite) as session, session.begin():
            session.add(audit(name))
        assert time.monotonic() - began < sessions.WAIT_SECONDS / 2, name


def test_who_has_waited_too_long_for_the_turn_is_left_to_the_database(
    sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "WAIT_SECONDS", 0.1)
    monkeypatch.setattr(sessions, "_ON_CONNECT", ("PRAGMA busy_timeout = 100",))
    waited: list[Exception] = []

    def write() -> None:
        try:
            with Session(sqlite) as session, session.begin():
                session.execute(text("SELECT 1"))
        except exc.OperationalError as error:
            waited.append(error)

    with Session(sqlite) as holder, holder.begin():
        holder.add(audit("first"))
        holder.flush()
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert len(waited) == 1
    assert "locked" in str(waited[0])


def test_many_writers_lose_no_row(engine: Engine) -> None:
    factory = session_factory(engine)

    def write() -> None:
        for _ in range(20):
            with factory.begin() as session:
                session.add(audit("row"))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(factory()) == 80


def test_a_reader_does_not_wait_for_a_writer(engine: Engine) -> None:
    with session_factory(engine).begin() as session:
        session.add(audit("not yet seen"))
        session.flush()
        assert count(session_factory(engine, read_only=True)()) == 0


def count(session: Session) -> int:
    """Audit rows this session sees."""
    with session:
        return len(session.scalars(select(Audit)).all())


def test_a_locked_database_is_one_clear_sentence(sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_ON_CONNECT", ("PRAGMA busy_timeout = 10",))
    impatient = engine_for(sqlite.url)
    with session_factory(sqlite).begin() as session:
        session.add(audit("holds the lock"))
        session.flush()
        with pytest.raises(exc.OperationalError) as caught, session_factory(impatient).begin() as other:
            other.add(audit("comes too late"))
    assert trouble(caught.value) == ("the database is locked: another program has held it for 5 s; try again")


def test_a_database_without_tables_names_the_mend(empty: Engine) -> None:
    with pytest.raises(exc.DBAPIError) as caught, session_factory(empty)() as session:
        session.scalars(select(Audit)).all()
    assert trouble(caught.value) == "the database has not been set up: run hotline db upgrade"


def test_a_server_that_is_away_is_one_line_without_the_password() -> None:
    engine = engine_for("postgresql://hotline:s3cret@127.0.0.1:26001/hotline")
    with pytest.raises(exc.OperationalError) as caught:
        engine.connect()
    assert trouble(caught.value).startswith("the database did not do it: connection")
    assert trouble(caught.value).endswith("; see that it runs, and HOTLINE_DATABASE_URL")
    assert "\n" not in trouble(caught.value)
    assert "s3cret" not in trouble(caught.value)


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql is not supported"):
        engine_for("mysql://localhost/hotline")
