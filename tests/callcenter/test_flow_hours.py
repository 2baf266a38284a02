"""Which flows ask a calendar before they lead to somebody."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.flow_review.hours import closed_by_calendars
from tests.callcenter.flow_sites import flow, site

QUEUE = {"kind": "queue", "queue": "care", "timeout": "@hangup", "full": "@hangup", "nobody": "@hangup"}
SEAT = {"kind": "seat", "seat": "a1", "busy": "@hangup", "no_answer": "@hangup", "unreachable": "@hangup"}
HOURS = {
    "kind": "branch",
    "on": "calendar",
    "calendar": "office",
    "cases": {"open": "wait"},
    "otherwise": "box",
}
BOX = {"kind": "voicemail", "mailbox": "8000"}
WHO = {"kind": "branch", "on": "caller", "cases": {"138": "wait"}, "otherwise": "hours"}


@pytest.mark.req("IVR-3")
@pytest.mark.parametrize(
    ("steps", "closes"),
    [
        ({"start": BOX}, True),
        ({"start": QUEUE}, False),
        ({"start": SEAT}, False),
        ({"start": {**HOURS}, "wait": QUEUE, "box": BOX}, True),
        ({"start": WHO, "hours": HOURS, "wait": QUEUE, "box": BOX}, False),
        ({"start": {"kind": "goto", "target": "other/"}}, False),
    ],
)
def test_every_way_to_somebody_asks(steps: dict[str, Any], closes: bool) -> None:
    found = closed_by_calendars(site(flow(steps), flow({"start": QUEUE}, "other")))
    assert ("main" in found) is closes
    assert "other" not in found
