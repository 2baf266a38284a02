"""What a mail says."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from outreach.notice_mail import mail
from schema.follow_ups import FollowUp
from schema.surveys import Notice

AT = dt.datetime(2026, 3, 3, 18, 0, tzinfo=dt.UTC)


@pytest.mark.req("SEC-2")
def test_an_alarm_says_who_called_where_and_what_to_type() -> None:
    task = FollowUp(
        id=7,
        kind="toll_fraud",
        key="k",
        opened_at=AT,
        agent="1001",
        number="00852",
        detail="30 calls",
        state="open",
    )
    letter = mail(
        task,
        Notice(id=1, kind="toll_fraud", key="k", address="t@example.com"),
        "h@x",
        ZoneInfo("Asia/Shanghai"),
    )
    assert letter["Subject"] == "Toll fraud? A call to 00852"
    text = letter.get_content()
    assert "agent: 1001\n" in text
    assert "2026-03-04 02:00:00 (Asia/Shanghai)" in text
    assert "hotline follow-ups take 7" in text
