"""A private PostgreSQL starts, serves, keeps its data over a stop, and leaves no process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from callcenter.errors import HotlineError
from lab import processes
from lab.home import temporary_home
from lab.postgres import PrivatePostgres
from tests.e2e.until import until

pytestmark = pytest.mark.postgres


@pytest.fixture
def server() -> Iterator[PrivatePostgres]:
    with temporary_home() as home:
        server = PrivatePostgres(home / "pg", durable=False)
        server.start()
        yield server
        server.stop()


def ask(url: str, *statements: str) -> object:
    engine = create_engine(url)
    with engine.begin() as connection:
        answers = [connection.execute(text(statement)) for statement in statements]
        answer = answers[-1].scalar() if answers[-1].returns_rows else None
    engine.dispose()
    return answer


def test_what_was_committed_is_there_after_a_restart(server: PrivatePostgres) -> None:
    url = server.create("one")
    ask(url, "create table calls (name text)", "insert into calls values ('值班')")
    server.stop()
    assert not server.is_running
    server.start()
    assert ask(url, "select name from calls") == "值班"


def test_creating_a_database_again_empties_it(server: PrivatePostgres) -> None:
    ask(server.create("two"), "create table calls (name text)")
    assert ask(server.create("two"), "select count(*) from pg_tables where tablename = 'calls'") == 0


def test_nobody_reaches_it_over_the_network(server: PrivatePostgres) -> None:
    assert ask(server.url(), "show listen_addresses") == ""


def test_a_stop_leaves_no_process(server: PrivatePostgres) -> None:
    pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    assert processes.is_running(pid)
    server.stop()
    server.stop()
    # pg_ctl watches a file that the server removes just before its end
    until(lambda: not processes.is_running(pid), 5, "it has ended")


def test_a_home_too_deep_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HotlineError, match="too long for a socket"):
        PrivatePostgres(tmp_path / ("x" * 100)).start()
