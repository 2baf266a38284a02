"""The sample site is canonical, complete and right about the calendar; its schema for editors is current."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import chinese_calendar
import pytest

import callcenter.site
from callcenter.site.calendars import Calendar
from callcenter.site_file.document import dump, examine
from callcenter.site_file.schema import schema_text
from tests.sample import SAMPLE, sample_site

SITE = sample_site()
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def test_the_sample_is_in_canonical_form() -> None:
    assert dump(SITE) == SAMPLE.read_text()


def test_the_only_warning_is_about_holidays_not_announced() -> None:
    examined = examine(SAMPLE)
    assert len(examined.warnings) == 1
    assert examined.warnings[0].endswith(
        "the public holidays of 2027 are not announced yet: add them when they are"
    )


@pytest.mark.req("IVR-2")
def test_every_way_in_that_the_sample_is_to_show_is_there() -> None:
    assert {trunk.connection.by for trunk in SITE.trunks} == {"address", "registration", "provider"}
    assert {did.flow for did in SITE.dids} == {"main", "english", "vip", "duty"}
    assert len({queue.strategy for queue in SITE.queues}) == 3
    assert Counter(seat.kind for seat in SITE.seats) == {"inside": 4, "remote": 2}


@pytest.mark.req("IVR-1")
def test_every_kind_of_step_is_used_once_at_least() -> None:
    used = {step.kind for flow in SITE.flows for step in flow.steps.values()}
    assert used == {
        *("menu", "play", "say", "collect", "lookup", "branch", "language", "queue"),
        *("seat", "outside", "voicemail", "callback", "hangup", "survey"),
    }


@pytest.mark.req("IVR-4")
def test_every_prompt_is_spoken_in_both_languages() -> None:
    assert [prompt.name for prompt in SITE.prompts if set(prompt.text) != {"zh", "en"}] == []


def test_no_prompt_is_left_over() -> None:
    text = SAMPLE.read_text()
    used = [prompt.name for prompt in SITE.prompts if text.count(prompt.name) < 2]
    assert used == []


def worked(calendar: Calendar, day: dt.date) -> bool:
    """Whether the office opens on a day, straight from the calendar's words."""
    for exception in calendar.exceptions:
        if exception.first <= day <= (exception.last or exception.first):
            return not exception.closed
    return bool(calendar.week.get(WEEK[day.weekday()]))


@pytest.mark.req("IVR-3")
@pytest.mark.parametrize("year", [2025, 2026])
def test_holidays_and_worked_weekends_are_those_of_the_state_council(year: int) -> None:
    office = SITE.calendars[0]
    days = [dt.date(year, 1, 1) + dt.timedelta(passed) for passed in range(365)]
    wrong = [day for day in days if worked(office, day) != chinese_calendar.is_workday(day)]
    assert wrong == []


def test_the_schema_for_editors_is_current() -> None:
    shipped = Path(callcenter.site.__file__).parent / "site.schema.json"
    assert shipped.read_text() == schema_text(), (
        "write it anew: hotline site schema > callcenter/site/site.schema.json"
    )
