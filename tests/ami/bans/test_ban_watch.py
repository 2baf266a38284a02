"""What the watch over the security log does, without a packet filter: the filter, the rows, and when one is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import select, text

from ami.bans import store
from ami.bans.firewall import TABLE
from callcenter.errors import NotFound
from schema.config import Audit
from schema.fraud import Ban
from tests.ami.bans.watched import AT, MINUTE, SECOND, STRANGER, Watched, attack
from tests.databases import Sessions

pytestmark = pytest.mark.req("SEC-2")


@pytest.fixture
def watched(tmp_path: Path, sessions: Sessions) -> Watched:
    return Watched(tmp_path, sessions)


@contextmanager
def database_away(sessions: Sessions) -> Iterator[None]:
    """The table can't be found."""
    with sessions.begin() as session:
        session.execute(text("ALTER TABLE bans RENAME TO away"))
    yield
    with sessions.begin() as session:
        session.execute(text("ALTER TABLE away RENAME TO bans"))


def test_a_ban_is_in_force_in_the_rows_and_audited(watched: Watched, sessions: Sessions) -> None:
    watched.look()
    assert attack(watched) == f"add element inet {TABLE} banned4 {{ {STRANGER} timeout 3600s }}\n"
    with sessions() as session:
        [ban] = session.scalars(store.in_force(AT))
        assert (ban.address, ban.until, ban.by) == (STRANGER, AT + 60 * MINUTE, "hotline")
        [row] = session.scalars(select(Audit))
        assert (row.action, row.subject) == ("ban.add", STRANGER)


def test_bans_outlive_the_helper_and_end_in_their_time(
    watched: Watched, sessions: Sessions, tmp_path: Path
) -> None:
    attack(watched)
    (tmp_path / "security").unlink()
    later = Watched(tmp_path, sessions)
    later.now = AT + 20 * MINUTE
    assert f"{STRANGER} timeout 2400s" in later.look()
    later.now = AT + 60 * MINUTE
    assert STRANGER not in later.look()


def test_what_is_typed_is_followed(watched: Watched, sessions: Sessions) -> None:
    watched.look()
    with sessions.begin() as session:
        store.add(session, STRANGER, AT + MINUTE, "ada", "by hand", AT)
    watched.now += 2 * SECOND
    assert STRANGER in watched.look()
    with sessions.begin() as session:
        store.lift(session, STRANGER, "ada", AT)
    watched.now += 2 * SECOND
    assert STRANGER not in watched.look()
    with sessions() as session, pytest.raises(NotFound):
        store.lift(session, STRANGER, "ada", AT)


def test_an_allowed_address_in_the_rows_is_not_shut_out(watched: Watched, sessions: Sessions) -> None:
    with sessions.begin() as session:
        store.add(session, "192.0.2.5", AT + MINUTE, "ada", "a mistake", AT)
    assert "192.0.2.5" not in watched.look()


def test_a_table_that_is_gone_is_put_in_place_again(watched: Watched) -> None:
    watched.look()
    watched.filter.refuses = True
    attack(watched)
    watched.filter.refuses = False
    watched.now += 2 * SECOND
    assert f"{STRANGER} timeout" in (found := watched.look())
    assert found.startswith(f"add table inet {TABLE}")


def test_while_the_database_is_away_strangers_are_shut_out_and_written_down_later(
    watched: Watched, sessions: Sessions
) -> None:
    watched.look()
    with database_away(sessions):
        assert STRANGER in attack(watched)
    watched.now += 2 * SECOND
    watched.look()
    with sessions() as session:
        assert [ban.address for ban in session.scalars(select(Ban))] == [STRANGER]


def test_a_ban_that_ran_out_while_the_database_is_away_is_made_again(
    watched: Watched, sessions: Sessions
) -> None:
    watched.look()
    with database_away(sessions):
        attack(watched)
        watched.now += 61 * MINUTE
        assert STRANGER not in watched.look()
        assert f"{STRANGER} timeout 3600s" in attack(watched)
    watched.now += 2 * SECOND
    watched.look()
    with sessions() as session:
        kept = [(ban.began_at, ban.until) for ban in session.scalars(select(Ban).order_by(Ban.id))]
    again = AT + 61 * MINUTE
    assert kept == [(AT, AT + 60 * MINUTE), (again, again + 60 * MINUTE)]


FORGED = [f"203.0.113.{number}" for number in range(20, 26)]


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def three_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ami.bans.watch.MOST", 3)


@pytest.mark.usefixtures("three_at_most")
def test_forged_addresses_make_only_so_many_bans_and_it_is_told_once(
    watched: Watched, sessions: Sessions, logged: list[Any]
) -> None:
    watched.look()
    for address in FORGED:
        attack(watched, address)
    assert [entry["addresses"] for entry in logged if entry["event"] == "bans.full"] == [3]
    assert shut_out(sessions) == FORGED[:3]
    watched.now += 60 * MINUTE
    assert FORGED[5] in attack(watched, FORGED[5])
    assert shut_out(sessions) == [*FORGED[:3], FORGED[5]]


def test_a_flood_of_bans_leaves_the_audit_log_alone(
    watched: Watched, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ami.bans.watch.MOST_AUDITED", 2)
    for address in FORGED:
        attack(watched, address)
    assert shut_out(sessions) == FORGED
    with sessions() as session:
        assert [row.subject for row in session.scalars(select(Audit).order_by(Audit.id))] == FORGED[:2]


@pytest.mark.usefixtures("three_at_most")
def test_while_the_database_is_away_only_so_many_bans_wait_for_it(
    watched: Watched, sessions: Sessions, logged: list[Any]
) -> None:
    watched.look()
    with database_away(sessions):
        for address in FORGED[:4]:
            assert address in attack(watched, address)
            watched.now += 61 * MINUTE
    watched.look()
    assert shut_out(sessions) == FORGED[1:4]
    assert [entry["bans"] for entry in logged if entry["event"] == "bans.not_kept"] == [1]


def test_bans_of_our_own_that_are_over_are_kept_in_so_many_rows(
    watched: Watched, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ami.bans.store.MOST_OVER", 2)
    with sessions.begin() as session:
        store.add(session, "203.0.113.77", AT + MINUTE, "ada", "by hand", AT)
    for address in FORGED:
        attack(watched, address)
    watched.now += 60 * MINUTE
    watched.look()
    assert shut_out(sessions) == ["203.0.113.77", *FORGED[4:]]


def shut_out(sessions: Sessions) -> list[str]:
    """Every address that has a row, in the order of the bans."""
    with sessions() as session:
        return [ban.address for ban in session.scalars(select(Ban).order_by(Ban.id))]
