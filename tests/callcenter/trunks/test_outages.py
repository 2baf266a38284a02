"""Outages of trunks: a row begins once and ends once, whatever is told twice."""

from __future__ import annotations

import datetime as dt

import pytest

from callcenter.site.edge import Trunk
from callcenter.trunks import outages
from callcenter.trunks.outages import Change
from callcenter.trunks.state import UNREACHABLE, TrunkState, Word
from tests.databases import Sessions

pytestmark = pytest.mark.req("GW-3")
AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def trunk(name: str) -> Trunk:
    connection = {"by": "address", "hosts": ["127.0.0.11"]}
    return Trunk.model_validate({"name": name, "title": name, "connection": connection})


def told(sessions: Sessions, second: int, **words: Word) -> list[Change]:
    states = [
        TrunkState(trunk(name), word, UNREACHABLE if word == "down" else "") for name, word in words.items()
    ]
    with sessions.begin() as session:
        return outages.keep(session, states, AT + dt.timedelta(seconds=second))


def kept(sessions: Sessions) -> list[tuple[str, int, int | None]]:
    with sessions() as session:
        return [
            (row.trunk, _second(row.began_at) or 0, _second(row.ended_at))
            for row in outages.newest(session, None, 20)
        ]


def _second(at: dt.datetime | None) -> int | None:
    return None if at is None else round((at - AT).total_seconds())


def test_a_trunk_that_goes_and_comes_back_has_one_row(sessions: Sessions) -> None:
    assert told(sessions, 0, one="up", two="up") == []
    assert told(sessions, 5, one="down", two="up") == [
        Change("one", True, UNREACHABLE, AT + dt.timedelta(seconds=5))
    ]
    assert told(sessions, 6, one="down", two="up") == []
    assert told(sessions, 7, one="unknown", two="up") == []
    with sessions() as session:
        assert list(outages.since(session)) == ["one"]
    assert [change.down for change in told(sessions, 9, one="up", two="up")] == [False]
    assert told(sessions, 10, one="up", two="up") == []
    assert told(sessions, 12, one="down", two="down")[1].trunk == "two"
    assert sorted(kept(sessions)) == [("one", 5, 9), ("one", 12, None), ("two", 12, None)]


def test_a_trunk_that_is_no_more_or_is_asked_no_more_is_away_no_more(sessions: Sessions) -> None:
    told(sessions, 0, gone="down", unasked="down")
    assert told(sessions, 3, unasked="unasked") == []
    assert sorted(kept(sessions)) == [("gone", 0, 3), ("unasked", 0, 3)]


def test_the_history_is_of_one_trunk_or_of_all_the_newest_first(sessions: Sessions) -> None:
    for second in range(0, 8, 2):
        told(sessions, second, one="down", two="down" if second == 4 else "up")
        told(sessions, second + 1, one="up", two="up")
    with sessions() as session:
        newest = outages.newest(session, "one", 2)
        assert [_second(row.began_at) for row in newest] == [6, 4]
        assert {row.trunk for row in outages.newest(session, None, 3)} == {"one", "two"}
