"""The boards' lines: what Asterisk's words make of each, which trunk its channels are of, and how they have been."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest
from sqlalchemy import select

from callcenter.boards.advice import ADVICE
from callcenter.boards.history import history, in_alarm, keep
from callcenter.boards.lines import Line, lines_now
from callcenter.site import Site
from callcenter.site.board_lines import line_trunks
from schema.boards import STATES, LineState
from tests.databases import Sessions

pytestmark = pytest.mark.req("GW-1")
AT = dt.datetime(2026, 10, 13, 2, tzinfo=dt.UTC)


@cache
def site() -> Site:
    """Two E1 of one board, and an analog board with a line and a telephone."""
    return Site.model_validate(
        {
            "name": "s",
            "title": "S",
            "timezone": "Asia/Shanghai",
            "languages": ["zh"],
            "trunks": [
                {"name": "city", "title": "city", "connection": {"by": "board", "group": 1}},
                {"name": "old", "title": "old", "connection": {"by": "board", "group": 2}},
            ],
            "boards": [
                {
                    "kind": "sangoma",
                    "name": "a102",
                    "model": "A102",
                    "pci_slot": 4,
                    "pci_bus": 2,
                    "ports": [{"port": 1, "group": 1}, {"port": 2, "group": 1}],
                },
                {
                    "kind": "analog",
                    "name": "tdm410",
                    "channels": [{"kind": "fxo", "group": 2}, {"kind": "fxs", "number": "8101"}],
                },
            ],
        }
    )


def now(alarms: str = "OK", up: str = "Yes", channel: str = "No Alarm") -> list[Line]:
    """The lines while the first E1, or the analog line, is so."""
    statuses = [{"Span": "1", "Alarms": alarms, "CRC": "2", "bpviol": "1"}]
    spans = [{"Span": "1", "Up": up}]
    channels = [
        {"DAHDIChannel": "1", "Channel": "DAHDI/i1/4001-1", "Alarm": channel},
        {"DAHDIChannel": "2", "Alarm": channel},
        {"DAHDIChannel": "32", "Channel": "DAHDI/i2/4001-1", "Alarm": channel},
        {"DAHDIChannel": "63", "Alarm": channel},
    ]
    return lines_now(site(), statuses, spans, channels)


def test_each_line_has_its_trunk_channels_and_errors() -> None:
    first, second, analog, telephone = now()
    assert first == Line("a102/1", "city", "up", 30, 1, span=1, errors=3)
    assert (second.line, second.state, second.in_use) == ("a102/2", "missing", 1)
    assert (analog.line, analog.trunk, analog.state, analog.channels) == ("tdm410/63", "old", "up", 1)
    assert (telephone.line, telephone.trunk, telephone.state) == ("tdm410/64", None, "missing")


@pytest.mark.parametrize(
    ("alarms", "up", "state"),
    [
        ("OK", "Yes", "up"),
        ("OK", "No", "no_signalling"),
        ("RED", "No", "red"),
        ("YEL", "No", "yellow"),
        ("BLU/RED", "No", "red"),
        ("LB/YEL", "No", "loopback"),
        ("REC", "No", "recovering"),
        ("UNCONFIGURED", "No", "closed"),
    ],
)
def test_an_alarm_counts_before_the_d_channel(alarms: str, up: str, state: str) -> None:
    assert now(alarms, up)[0].state == state


def test_an_analog_line_without_current_is_red() -> None:
    assert now(channel="Red Alarm")[2].state == "red"


def test_channels_are_of_the_trunk_whose_line_they_are() -> None:
    assert line_trunks(site()) == {"i1": "city", "i2": "city", "63": "old"}


def test_every_state_has_its_advice_in_both_languages() -> None:
    assert ADVICE.keys() == set(STATES)
    assert all(one.en and any("\u4e00" <= letter <= "\u9fff" for letter in one.zh) for one in ADVICE.values())


def test_the_history_has_a_stretch_for_each_state_and_telling_twice_changes_nothing(
    sessions: Sessions,
) -> None:
    minutes = [AT + dt.timedelta(minutes=number) for number in range(4)]
    with sessions.begin() as session:
        (line, before), *_ = keep(session, now(), minutes[0])
        assert (line.line, before) == ("a102/1", None)
    with sessions.begin() as session:
        assert keep(session, now(), minutes[1]) == []
    with sessions.begin() as session:
        [(line, before)] = keep(session, now("RED"), minutes[2])
        assert (line.state, before) == ("red", "up")
        assert "a102/1" in [row.line for row in in_alarm(session)]
    with sessions.begin() as session:
        keep(session, now(), minutes[3])
        found = history(session, "a102/1", 10)
        assert [(row.state, row.began_at, row.ended_at) for row in found] == [
            ("up", minutes[3], None),
            ("red", minutes[2], minutes[3]),
            ("up", minutes[0], minutes[2]),
        ]


def test_a_line_that_the_site_has_no_more_ends(sessions: Sessions) -> None:
    with sessions.begin() as session:
        keep(session, now(), AT)
        keep(session, now()[:1], AT + dt.timedelta(minutes=1))
        lasting = session.scalars(select(LineState).where(LineState.ended_at.is_(None)))
        assert [row.line for row in lasting] == ["a102/1"]
