"""Both databases: an SQLite file, and a private PostgreSQL on a socket of its own."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine, create_engine, text

from schema.session import engine_for
from schema.upgrade import upgrade


def _programs() -> Path:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not folders:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    return folders[-1].parent


def _run(folder: str, *command: str) -> None:
    """PostgreSQL refuses to run as root, so root runs it as nobody."""
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    subprocess.run(
        command,
        cwd=folder,
        check=True,
        capture_output=True,
        user=user and user.pw_uid,
        group=user and user.pw_gid,
    )


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a running server, reached through its socket only.

    Its folder is not below pytest's, which is closed to other users again by the next run beside this one.
    """
    programs = _programs()
    with TemporaryDirectory(prefix="hotline-postgresql-") as folder:
        _run(
            folder,
            f"{programs}/initdb",
            "-D",
            f"{folder}/data",
            "-U",
            "hotline",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "-N",
        )
        flags = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        control = (f"{programs}/pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-w")
        _run(folder, *control, "-o", flags, "start")
        yield f"postgresql://hotline@/postgres?host={folder}"
        _run(folder, *control, "-m", "immediate", "stop")


@pytest.fixture
def postgresql_database(postgresql: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of the test's own."""
    name = f"test_{abs(hash(request.node.nodeid))}"
    server = create_engine(
        postgresql.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgresql.replace("/postgres?", f"/{name}?")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on either engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/hotline.db"
    return str(request.getfixturevalue("postgresql_database"))


@pytest.fixture
def empty(url: str) -> Iterator[Engine]:
    """An engine on an empty database."""
    engine = engine_for(url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty: Engine) -> Engine:
    """An engine on a database with all tables."""
    upgrade(empty)
    return empty
