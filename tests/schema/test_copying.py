"""Every row of a database, of either engine, comes out and goes into either engine as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from callcenter.site_file import store
from schema.calls import Call, Gap, Recording
from schema.copying import is_empty, replace, snapshot
from schema.session import engine_for
from schema.upgrade import current, head, upgrade
from tests.sample import sample_site

pytestmark = pytest.mark.slow

AT = dt.datetime(2026, 3, 2, 1, 0, 0, 123456, tzinfo=dt.UTC)


def dumped(engine: Engine) -> dict[str, list[bytes]]:
    """All tables with their lines."""
    with snapshot(engine) as taken:
        return {name: list(taken.lines(name)) for name in taken.names}


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """The sample site, and calls with every kind of value."""
    with Session(engine) as session, session.begin():
        store.save(session, sample_site(), "anna", lambda: AT)
        session.add_all(
            Call(call_id=f"hotline-{n}", direction="inbound", started_at=AT, state="closed", caller="王\n;")
            for n in range(2500)
        )
        session.add(Gap(source="ami", began_at=AT, ended_at=AT, reason="冷", found={"a": [1, None, "é"]}))
        session.add(
            Recording(
                call_id="hotline-1",
                uniqueid="hotline-1.1",
                state="ready",
                started_at=AT,
                path="1.wav",
                bytes=2**40,
                gaps=None,
            )
        )
    return engine


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """An empty database to put a copy into."""
    if request.param == "sqlite":
        return engine_for(f"sqlite:///{tmp_path}/other/hotline.db")
    return engine_for(request.getfixturevalue("postgres").create("copied"))


@pytest.mark.req("OPS-4")
def test_a_copy_is_the_same_on_either_engine(filled: Engine, other: Engine) -> None:
    before = dumped(filled)
    counts = replace(other, head(), ((name, iter(lines)) for name, lines in before.items()))
    assert counts["calls"] == 2500
    assert dumped(other) == before
    assert current(other) == head()
    with Session(other) as session:
        assert store.read(session) == sample_site()
        assert session.scalars(select(Gap)).one().found == {"a": [1, None, "é"]}
        recording = session.scalars(select(Recording)).one()
        assert (recording.gaps, recording.started_at, recording.bytes) == (None, AT, 2**40)
    other.dispose()


def test_numbers_go_on_behind_the_copied_rows(filled: Engine, other: Engine) -> None:
    replace(other, head(), ((name, iter(lines)) for name, lines in dumped(filled).items()))
    with Session(other) as session, session.begin():
        session.add(Gap(source="ami", began_at=AT, ended_at=AT, reason="new", found={}))
        session.flush()
        assert len(set(session.scalars(select(Gap.id)))) == 2
    other.dispose()


def test_a_copy_is_of_one_moment_while_others_write(filled: Engine) -> None:
    with snapshot(filled) as taken:
        assert taken.names
        with Session(filled) as session, session.begin():
            session.execute(delete(Gap))
        assert len(list(taken.lines("gaps"))) == 2
    assert len(dumped(filled)["gaps"]) == 1


def test_what_fails_half_way_leaves_the_database_as_it_was(filled: Engine) -> None:
    before = dumped(filled)

    def broken() -> Iterator[tuple[str, Iterator[bytes]]]:
        yield "sites", iter(before["sites"])
        raise OSError("power cut")

    with pytest.raises(OSError, match="power cut"):
        replace(filled, head(), broken())
    assert dumped(filled) == before


def test_a_database_is_empty_until_it_has_a_row(empty: Engine) -> None:
    assert is_empty(empty)
    upgrade(empty)
    assert is_empty(empty)
    with Session(empty) as session, session.begin():
        session.add(Gap(source="ami", began_at=AT, ended_at=AT, reason="new", found={}))
    assert not is_empty(empty)
