"""The migrations make the tables that the models speak of, on both engines."""

from __future__ import annotations

import datetime as dt
import tomllib
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from setuptools import find_packages
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.orm import Session

import schema.migrations
from callcenter.mailboxes import boxes
from recordings import copying
from schema import upgrade as upgrading
from schema.base import Base
from schema.calls import AgentLogin
from schema.upgrade import current, head, upgrade

HOUR = dt.timedelta(hours=1)
Checks = set[tuple[str, str, str]]


def checks(engine: Engine) -> Checks:
    """Every check constraint: table, name, condition."""
    inspector = inspect(engine)
    return {
        (table, str(check["name"]), check["sqltext"])
        for table in inspector.get_table_names()
        for check in inspector.get_check_constraints(table)
    }


@pytest.mark.slow
def test_an_empty_database_comes_up_to_the_newest_revision(empty: Engine) -> None:
    assert current(empty) is None
    assert upgrade(empty) == (None, head())
    assert current(empty) == head()


def test_a_second_upgrade_changes_nothing(engine: Engine) -> None:
    before = checks(engine)
    assert upgrade(engine) == (head(), head())
    assert checks(engine) == before


def test_migrations_and_models_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, upgrading.metadata()) == []


def test_migrations_and_models_agree_on_checks_and_partial_indexes(engine: Engine) -> None:
    migrated, indexes = checks(engine), partial_indexes(engine)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    assert checks(engine) == migrated
    assert partial_indexes(engine) == indexes
    assert len(indexes) == 24


def partial_indexes(engine: Engine) -> set[tuple[str, str]]:
    """Every index that holds for some rows only: name, condition."""
    inspector = inspect(engine)
    return {
        (str(index["name"]), str(condition))
        for table in inspector.get_table_names()
        for index in inspector.get_indexes(table)
        for condition in index.get("dialect_options", {}).values()
        if isinstance(condition, str) or hasattr(condition, "text")
    }


@pytest.mark.slow
def test_two_upgrades_at_once_go_one_after_the_other(empty: Engine) -> None:
    with ThreadPoolExecutor(2) as pool:
        befores = {before for before, _ in pool.map(upgrade, [empty, empty])}
    assert befores == {None, head()}


@pytest.mark.slow
def test_an_upgrade_that_fails_leaves_nothing_behind(empty: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_at_the_end(*_: object) -> None:
        raise RuntimeError("power cut")

    real = upgrading.command.upgrade
    monkeypatch.setattr(upgrading.command, "upgrade", lambda *a: (real(*a), fail_at_the_end()))
    with pytest.raises(RuntimeError):
        upgrade(empty)
    assert inspect(empty).get_table_names() == []


@pytest.mark.slow
def test_of_two_open_log_ins_at_a_seat_the_newer_stays(
    empty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two log-ins at the same moment could leave them, before there was an index against it."""
    real = upgrading.command.upgrade
    with monkeypatch.context() as patch:
        patch.setattr(upgrading.command, "upgrade", lambda config, _: real(config, "0002"))
        upgrade(empty)
    began = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
    seats = ["a1", "a1", "a1", "a2"]
    with Session(empty) as session, session.begin():
        session.add_all(
            AgentLogin(agent=str(n), seat=seat, began_at=began + n * HOUR, ended_at=None)
            for n, seat in enumerate(seats)
        )
    upgrade(empty)
    with Session(empty) as session:
        logins = session.scalars(select(AgentLogin).order_by(AgentLogin.id)).all()
        assert [login.ended_at for login in logins] == [began + HOUR, began + 2 * HOUR, None, None]


@pytest.mark.slow
def test_what_was_copied_and_moved_before_its_row_said_so_is_not_done_again(
    empty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = upgrading.command.upgrade
    with monkeypatch.context() as patch:
        patch.setattr(upgrading.command, "upgrade", lambda config, _: real(config, "0023"))
        upgrade(empty)
    with empty.begin() as connection:
        for statement in (
            "INSERT INTO recordings (id, call_id, uniqueid, state, path, started_at)"
            " VALUES (1, 'a', 'a', 'ready', 'a', @), (2, 'b', 'b', 'ready', 'b', @)",
            "INSERT INTO recording_copies (recording_id, address, sha256, stored_at) VALUES (2, 'b', '', @)",
            "INSERT INTO voicemail_messages (mailbox, message_id, path, left_at, duration_ms)"
            " VALUES ('9', 'new', 'box/9/INBOX/m.wav', @, 1), ('9', 'old', 'box/9/Old/m.wav', @, 1)",
            "INSERT INTO message_marks (message_id, heard_at) VALUES ('new', @), ('old', @)",
        ):
            connection.execute(text(statement.replace("@", "'2026-03-02 01:00:00'")))
    upgrade(empty)
    with Session(empty) as session:
        assert session.scalars(copying.waiting()).one().id == 1
        assert [row.message_id for row, _ in boxes.to_move(session)] == ["new"]


def test_a_way_down_is_not_offered() -> None:
    for module in Path(schema.migrations.__file__).parent.glob("versions/*.py"):
        assert "def downgrade" not in module.read_text()


def test_the_wheel_carries_the_migrations() -> None:
    root = Path(schema.migrations.__file__).parents[2]
    tool = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]
    packages = find_packages(str(root), include=tool["packages"]["find"]["include"])
    assert {"schema.migrations", "schema.migrations.versions"} <= set(packages)
    for file in (root / "schema/migrations").rglob("*"):
        if file.is_file() and file.suffix not in (".py", ".pyc"):
            assert any(fnmatch(file.name, pattern) for pattern in tool["package-data"]["*"]), file
