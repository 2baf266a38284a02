"""What the doctor says of surveys by a link."""

from __future__ import annotations

import datetime as dt

import pytest

from callcenter.site_file import store as site_store
from doctor.checks import CHECKS
from doctor.findings import Look
from doctor.surveys import links
from schema.surveys import Invitation
from tests.doctor.conftest import House
from tests.web.survey_house import linked_site

pytestmark = [pytest.mark.req("SAT-5")]
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
READY = {"web_url": "https://call.example.com", "web_port": 24998, "sms_url": "https://sms.example.com/send"}


@pytest.fixture
def linked(house: House) -> House:
    """A house with a survey that asks by a link."""
    with house.sessions().begin() as session:
        site_store.save(session, linked_site(), "test", house.clock)
    return house


def ready(house: House) -> House:
    found = House(house.settings.model_copy(update=READY))
    found.now = NOW
    return found


def test_nothing_is_needed_where_no_survey_has_a_link(look: Look) -> None:
    assert links(look).state == "ok"
    assert CHECKS["links"] is links


def test_what_is_missing_is_named(linked: House) -> None:
    found = links(Look(linked))
    assert found.state == "warning"
    assert found.mend == "set HOTLINE_WEB_URL, HOTLINE_WEB_PORT, HOTLINE_SMS_URL"
    assert links(Look(ready(linked))).state == "ok"


def test_links_that_could_not_be_sent_are_told_for_a_day(linked: House) -> None:
    of = {"survey": "happy", "number": "138", "language": "zh", "visit": 1, "due_at": NOW, "expires_at": NOW}
    with linked.sessions().begin() as session:
        for call, ago in (("a", 1), ("b", 25)):
            made = NOW - dt.timedelta(hours=ago)
            session.add(Invitation(call_id=call, token=call, state="given_up", created_at=made, **of))
    found = links(Look(ready(linked)))
    assert (found.state, found.text) == ("warning", "1 links could not be sent in the last day")
