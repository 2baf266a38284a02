"""Who may be sent a link: mobile numbers, meant outcomes, once a day; and how long its message is."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from callcenter.site.surveys import Link
from callcenter.survey.may_invite import due_at, is_meant, is_too_soon, may_go_at, mobile
from callcenter.survey.message_length import parts

pytestmark = [pytest.mark.req("SAT-5")]
NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("number", "country", "beginnings", "found"),
    [
        ("13800138000", "cn", (), "13800138000"),
        ("+8613800138000", "cn", (), "13800138000"),
        ("008613800138000", "cn", (), "13800138000"),
        ("013800138000", "cn", (), "13800138000"),
        ("19912345678", "cn", (), "19912345678"),
        ("12800138000", "cn", (), None),
        ("1380013800", "cn", (), None),
        ("138001380001", "cn", (), None),
        ("01088886666", "cn", (), None),
        ("+8675588886666", "cn", (), None),
        ("4008001000", "cn", (), None),
        ("8001", "cn", (), None),
        (None, "cn", (), None),
        ("", "cn", (), None),
        ("anonymous", "cn", (), None),
        ("+85291234567", "cn", (), None),
        ("+85291234567", "cn", ("+8529",), "+85291234567"),
        ("0085291234567", "cn", ("008529",), "+85291234567"),
        ("+85231234567", "cn", ("+8529",), None),
        ("13800138000", "de", (), None),
        ("01701234567", "de", ("017",), "01701234567"),
        ("017", "de", ("017",), None),
        ("+" + "4" * 20, "de", ("+4",), None),
    ],
)
def test_only_numbers_that_take_messages(
    number: str | None, country: str, beginnings: tuple[str, ...], found: str | None
) -> None:
    assert mobile(number, country, beginnings) == found


@pytest.mark.parametrize(
    ("when", "outcome", "reason", "meant"),
    [
        (["caller_left_first"], "not_offered", "caller_left_first", True),
        (["caller_left_first"], "not_offered", "survey_failed", False),
        (["no_answer"], "no_answer", None, True),
        (["no_answer"], "scored", None, False),
        (["survey_failed", "caller_hung_up"], "caller_hung_up", None, True),
    ],
)
def test_only_what_the_site_names(when: list[str], outcome: str, reason: str | None, meant: bool) -> None:
    link = Link.model_validate({"when": when, "text": {"zh": "{link}"}})
    assert is_meant(link, outcome, reason) is meant


def test_not_more_than_one_a_day() -> None:
    assert is_too_soon([NOW - DAY + dt.timedelta(seconds=1)], NOW)
    assert not is_too_soon([NOW - DAY, NOW - 5 * DAY], NOW)
    assert not is_too_soon([], NOW)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("好" * 70, 1),
        ("好" * 71, 2),
        ("好" * 134, 2),
        ("好" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 69 + "“", 1),
    ],
)
def test_a_text_takes_as_many_messages_as_the_network_counts(text: str, count: int) -> None:
    assert parts(text) == count


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("2026-03-02T07:59", "2026-03-02T08:00"),
        ("2026-03-02T08:00", "2026-03-02T08:00"),
        ("2026-03-02T20:59", "2026-03-02T20:59"),
        ("2026-03-02T21:00", "2026-03-03T08:00"),
        ("2026-03-02T23:30", "2026-03-03T08:00"),
    ],
)
def test_no_message_wakes_anybody(now: str, goes: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    at, due = (dt.datetime.fromisoformat(text).replace(tzinfo=zone) for text in (now, goes))
    assert may_go_at(at.astimezone(dt.UTC), "08:00-21:00", zone) == due
    assert may_go_at(at, "00:00-24:00", zone) == at


@pytest.mark.parametrize(
    ("created", "now", "goes"),
    [
        ("2026-03-02T10:00", "2026-03-02T10:01", "2026-03-02T10:01"),
        ("2026-03-02T20:59", "2026-03-02T23:30", "2026-03-03T08:00"),
        ("2026-03-01T23:00", "2026-03-02T22:00", "2026-03-03T08:00"),
        ("2026-03-02T22:00", "2026-03-02T22:00", "2026-03-02T22:00"),
        ("2026-03-02T22:00", "2026-03-03T02:00", "2026-03-03T02:00"),
    ],
)
def test_what_is_tried_again_wakes_nobody_either_but_for_who_was_asked_by_hand(
    created: str, now: str, goes: str
) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    began, at, due = (dt.datetime.fromisoformat(text).replace(tzinfo=zone) for text in (created, now, goes))
    assert due_at(began, at, "08:00-21:00", zone) == due
