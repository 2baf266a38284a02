"""A link goes out once by a real gateway's word, again later while it won't, once more if nobody knows."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from callcenter.settings import Settings
from callcenter.sms_fields import parse
from outreach.invitations import inviting
from outreach.outbox import STUCK, UNSURE, Outbox
from outreach.sms import Gateway, Message, send
from schema.surveys import Invitation
from tests.databases import Sessions
from tests.outreach.sms_gateway import HANG_UP, SmsGateway, open_gateway
from tests.web.survey_house import MOBILE, SurveyHouse, linked_site

pytestmark = [pytest.mark.req("SAT-3", "SAT-5")]
WEB = "https://call.example.com"
SHANGHAI = ZoneInfo("Asia/Shanghai")
FIELDS = "mobile={number},content={text},sign=蓝天"


@pytest.fixture
def gateway() -> Iterator[SmsGateway]:
    with open_gateway() as found:
        yield found


class Desk:
    """One invitation, and what sends it."""

    def __init__(self, sessions: Sessions, gateway: SmsGateway, **known: Any) -> None:
        self.house = SurveyHouse(sessions)
        self.invited = self.house.invited()
        self.to = Gateway(gateway.url, "json", parse(FIELDS), token="s3cret", **known)

    @property
    def outbox(self) -> Outbox[Invitation, Message]:
        give = partial(send, self.to)
        return inviting(self.house.sessions(), self.house.site, WEB, give, self.house.clock)

    def send(self) -> bool:
        return asyncio.run(self.outbox.send_one())

    @property
    def row(self) -> Invitation:
        [found] = self.house.rows(Invitation)
        return found  # type: ignore[no-any-return]


@pytest.fixture
def desk(sessions: Sessions, gateway: SmsGateway) -> Desk:
    return Desk(sessions, gateway)


def test_a_link_is_sent_once_with_its_text_and_by_its_right(desk: Desk, gateway: SmsGateway) -> None:
    assert [desk.send(), desk.send()] == [True, False]
    [posted] = gateway.posted
    text = f"请评价：{WEB}/s/{desk.invited.token}"
    assert posted.fields == {"mobile": MOBILE, "content": text, "sign": "蓝天"}
    assert (posted.authorization, posted.content_type) == ("Bearer s3cret", "application/json")
    assert (desk.row.state, desk.row.sent_at, desk.row.tries) == ("sent", desk.house.now, 1)


def test_a_gateway_that_takes_forms_gets_one(desk: Desk, gateway: SmsGateway) -> None:
    desk.to = Gateway(gateway.url, "form", parse("to={number},text={text}"))
    desk.send()
    [posted] = gateway.posted
    assert (posted.content_type, posted.authorization) == ("application/x-www-form-urlencoded", None)
    assert posted.fields["to"] == MOBILE


@pytest.mark.parametrize("status", [401, 403, 408, 425, 429, 503])
def test_a_gateway_that_will_not_now_is_asked_again_with_growing_pauses(
    desk: Desk, gateway: SmsGateway, status: int
) -> None:
    gateway.says = [(status, "")] * 3
    pauses = []
    for _ in range(3):
        assert [desk.send(), desk.send()] == [True, False]
        pauses.append((desk.row.due_at - desk.house.now).total_seconds())
        desk.house.now = desk.row.due_at
    assert pauses == [30, 60, 120]
    assert desk.row.error == f"HTTP {status}"
    desk.send()
    assert desk.row.state == "sent"


def test_what_is_tried_again_at_night_waits_for_the_morning(desk: Desk, gateway: SmsGateway) -> None:
    gateway.says = [(503, "")]
    assert desk.send()
    desk.house.now = desk.house.now.astimezone(SHANGHAI).replace(hour=23, minute=0)
    assert not desk.send()
    morning = (desk.house.now + dt.timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)
    assert (desk.row.state, desk.row.due_at, len(gateway.posted)) == ("waiting", morning, 1)
    desk.house.now = morning
    assert desk.send()
    assert (desk.row.state, len(gateway.posted)) == ("sent", 2)


def test_a_gateway_that_is_away_is_asked_again(desk: Desk) -> None:
    desk.to = Gateway("http://127.0.0.1:1/", "json", parse(FIELDS))
    desk.send()
    assert (desk.row.state, desk.row.error) == ("waiting", "the gateway can't be reached: ConnectError")


@pytest.mark.parametrize("status", [302, 400, 404, 422])
def test_a_message_that_is_refused_is_given_up_at_once(desk: Desk, gateway: SmsGateway, status: int) -> None:
    gateway.says = [(status, "no")]
    assert [desk.send(), desk.send()] == [True, False]
    assert (desk.row.state, desk.row.error, len(gateway.posted)) == ("given_up", f"HTTP {status}", 1)


def test_an_answer_without_the_word_of_a_taken_message_is_a_refusal(
    sessions: Sessions, gateway: SmsGateway
) -> None:
    desk = Desk(sessions, gateway, taken='"code": 0')
    gateway.says = [(200, '{"code": 17}')]
    desk.send()
    assert (desk.row.state, len(gateway.posted)) == ("given_up", 1)
    assert "HOTLINE_SMS_TAKEN" in (desk.row.error or "")


def test_an_answer_with_the_word_is_a_taken_message(sessions: Sessions, gateway: SmsGateway) -> None:
    desk = Desk(sessions, gateway, taken='"code": 0')
    desk.send()
    assert desk.row.state == "sent"


@pytest.mark.parametrize("said", [(HANG_UP, ""), (500, ""), (502, ""), (504, "")])
def test_a_link_of_which_nobody_knows_goes_out_once_more_and_no_third_time(
    desk: Desk, gateway: SmsGateway, said: tuple[int, str]
) -> None:
    gateway.says = [said] * 2
    assert [desk.send(), desk.send(), desk.send()] == [True, True, False]
    assert (desk.row.state, desk.row.error, len(gateway.posted)) == ("given_up", UNSURE, 2)


def test_a_link_that_a_dead_process_may_have_sent_goes_out_once_more(desk: Desk, gateway: SmsGateway) -> None:
    with desk.house.sessions().begin() as session:
        row = session.get_one(Invitation, desk.invited.id)
        row.state, row.due_at = "sending", desk.house.now
    desk.house.now += STUCK
    assert not desk.send()
    desk.house.now += dt.timedelta(seconds=1)
    assert desk.send()
    assert (desk.row.state, len(gateway.posted)) == ("sent", 1)


def test_a_link_that_has_expired_or_was_answered_is_not_sent(desk: Desk, gateway: SmsGateway) -> None:
    desk.house.now = desk.invited.expires_at
    assert not desk.send()
    assert (desk.row.state, gateway.posted) == ("expired", [])


def test_an_answer_given_while_the_message_is_on_its_way_stays(desk: Desk) -> None:
    async def answered(_: Message) -> None:
        with desk.house.sessions().begin() as session:
            session.get_one(Invitation, desk.invited.id).state = "answered"

    outbox = inviting(desk.house.sessions(), desk.house.site, WEB, answered, desk.house.clock)
    assert asyncio.run(outbox.send_one())
    assert desk.row.state == "answered"


def test_a_survey_that_has_no_link_any_more_sends_none_and_holds_no_other_up(
    desk: Desk, gateway: SmsGateway
) -> None:
    desk.house.known = linked_site(link=None)
    assert not desk.send()
    assert desk.row.state == "given_up"
    assert "has no link in the site file any more" in (desk.row.error or "")


def test_neither_the_text_nor_the_number_nor_the_token_is_logged(desk: Desk, gateway: SmsGateway) -> None:
    gateway.says = [(503, f"{MOBILE} later"), (HANG_UP, ""), (400, f"bad {MOBILE}")]
    with capture_logs() as lines:
        for _ in range(3):
            desk.send()
            desk.house.now = max(desk.row.due_at, desk.house.now)
    told = f"{lines} {desk.row.error} {desk.to}"
    assert len(lines) == 3
    for hidden in (MOBILE, desk.invited.token, "s3cret", "请评价"):
        assert hidden not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sms_fields", "number={number}"),
        ("sms_fields", "a={number},a={text}"),
        ("sms_fields", "a={number},b={text},c={text}"),
        ("sms_fields", "a={number},b={text},c"),
        ("sms_fields", "={number},b={text}"),
        ("sms_url", "gateway.example.com"),
        ("sms_form", "xml"),
    ],
)
def test_a_setting_that_can_not_be_meant_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        Settings(**{name: value})
