"""The site that phones are served from outlives its database."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from callcenter.site_file.store import save
from phones.known_site import KnownSite
from tests.phones.accounts import seat_of, site_of


def clock() -> dt.datetime:
    return dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def test_a_changed_site_is_known_at_once_and_the_last_one_while_the_database_is_away(
    database: Engine,
) -> None:
    sessions, away = sessionmaker(database), False

    def session() -> Session:
        if away:
            raise OperationalError("select", {}, Exception("away"))
        return sessions()

    known = KnownSite(session)
    with pytest.raises(OSError, match="no site has been loaded"):
        known()
    for make in ("yealink", "fanvil"):
        with sessions.begin() as writing:
            save(writing, site_of(seat_of(make)), "test", clock)
        found = known().seats[0].phone
        assert found is not None
        assert found.make == make
    assert known() is known()
    away = True
    assert len(known().seats) == 1
    with pytest.raises(OSError, match="away"):
        KnownSite(session)()
