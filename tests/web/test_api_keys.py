"""Keys: told once, kept as a digest, revoked for good."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from callcenter.errors import HotlineError, NotFound
from cli import main
from schema.api_keys import ApiKey
from schema.config import Audit
from tests.databases import Sessions
from tests.web.programs import WANG
from web.api import keys

pytestmark = pytest.mark.req("API-3")
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def test_a_key_is_kept_only_as_a_digest_and_found_by_itself_alone(sessions: Sessions) -> None:
    with sessions.begin() as session:
        key = keys.add(session, "crm", ["dial", "read"], WANG, NOON)
        other = keys.add(session, "shop", ["read"], WANG, NOON)
    with sessions() as session:
        row = keys.find(session, key)
        assert row is not None
        assert (row.name, row.rights, row.created_by) == ("crm", ["read", "dial"], "wang")
        kept = json.dumps([str(vars(one)) for one in (*keys.every(session), *session.scalars(select(Audit)))])
        wrong = [
            keys.find(session, each) for each in (key[:-1], key + "A", row.digest, "", "hl_", f"{key}\0")
        ]
    assert key.startswith("hl_")
    assert len(key) >= 35
    assert key != other
    assert key not in kept
    assert wrong == [None] * 6


def test_a_name_is_given_once_also_after_its_key_was_revoked(sessions: Sessions) -> None:
    with sessions.begin() as session:
        key = keys.add(session, "crm", ["read"], WANG, NOON)
        assert keys.revoke(session, "crm", WANG, NOON)
    with sessions.begin() as session:
        assert keys.find(session, key) is None
        assert not keys.revoke(session, "crm", WANG, NOON + dt.timedelta(hours=1))
        with pytest.raises(HotlineError, match="choose another name"):
            keys.add(session, "crm", ["read"], WANG, NOON)
        with pytest.raises(NotFound):
            keys.revoke(session, "shop", WANG, NOON)
    with sessions() as session:
        assert session.scalar(select(ApiKey.revoked_at)) == NOON
        deeds = [(row.action, row.subject, row.by) for row in session.scalars(select(Audit))]
    assert deeds == [("key.add", "crm", "wang"), ("key.revoke", "crm", "wang")]


@pytest.mark.parametrize("name", ["", "a b", "-x", "a\r\nb", "x" * 41, "名"])
def test_a_name_is_one_word(sessions: Sessions, name: str) -> None:
    with sessions() as session, pytest.raises(HotlineError, match="no name for a key"):
        keys.add(session, name, ["read"], WANG, NOON)


def test_its_use_is_written_once_a_minute_at_most(sessions: Sessions) -> None:
    with sessions.begin() as session:
        keys.add(session, "crm", ["read"], WANG, NOON)
    written = []
    for seconds in (0, 59, 60, 61):
        with sessions.begin() as session:
            keys.used(session, "crm", NOON + dt.timedelta(seconds=seconds))
        with sessions() as session:
            written.append(session.scalar(select(ApiKey.last_used_at)))
    minute = NOON + dt.timedelta(minutes=1)
    assert written == [NOON, NOON, minute, minute]


def test_by_command_a_key_is_printed_once_and_listed_without_itself(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["--home", str(tmp_path / "home"), *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    run("db", "upgrade")
    key = run("keys", "add", "crm", "--right", "read", "--right", "dial").strip()
    listed = run("keys", "list") + run("keys", "list", "--json")
    assert len(key) >= 35
    assert key not in listed
    assert "read, dial" in listed
    assert "is revoked\n" in run("keys", "revoke", "crm")
    assert "is revoked already" in run("keys", "revoke", "crm")
    assert json.loads(run("keys", "list", "--json"))[0]["revoked_at"]
