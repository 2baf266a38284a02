"""Who is invited when a call is over: once for each visit, once a day for each number, and by hand."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from callcenter.errors import HotlineError
from callcenter.survey.invitations import by_hand, expire, invite, link, overlooked
from callcenter.survey.inviter import Inviter
from schema.calls import Call, Step, SurveyAnswer
from schema.surveys import Invitation
from tests.databases import Sessions
from tests.web.survey_house import MOBILE, SurveyHouse, left_call, linked_site

pytestmark = [pytest.mark.req("SAT-5")]
DAY = dt.timedelta(days=1)


@pytest.fixture
def house(sessions: Sessions) -> SurveyHouse:
    return SurveyHouse(sessions)


def inviting(house: SurveyHouse, *call_ids: str) -> int:
    with house.sessions().begin() as session:
        return invite(session, house.known, call_ids or (house.record.call_id,), house.now)


def test_a_caller_who_left_first_is_invited_once(house: SurveyHouse) -> None:
    assert [inviting(house), inviting(house)] == [1, 0]
    [made] = house.rows(Invitation)
    assert (made.call_id, made.visit, made.survey) == (house.record.call_id, 1, "happy")
    assert (made.number, made.language, made.state, made.tries) == (MOBILE, "zh", "waiting", 0)
    assert made.expires_at - made.created_at == dt.timedelta(hours=72)
    assert re.fullmatch("[A-Za-z0-9_-]{22}", made.token)
    assert link("https://call.example.com/", made.token) == f"https://call.example.com/s/{made.token}"


def test_every_token_is_another(house: SurveyHouse) -> None:
    for number in range(2, 12):
        house.close(left_call(number, f"138001380{number:02}"))
    inviting(house, *(left_call(number).call_id for number in range(2, 12)))
    assert len({made.token for made in house.rows(Invitation)}) == 10


@pytest.mark.parametrize("caller", [None, "", "anonymous", "01088886666", "8001"])
def test_nobody_without_a_mobile_number_is_invited(house: SurveyHouse, caller: str | None) -> None:
    other = left_call(2, caller)
    house.close(other)
    assert inviting(house, other.call_id) == 0


def test_not_more_than_one_a_day_to_a_number_however_it_is_written(house: SurveyHouse) -> None:
    others = [left_call(2, f"+86{MOBILE}"), left_call(3, f"0{MOBILE}")]
    for other in others:
        house.close(other)
    assert inviting(house, house.record.call_id, *(other.call_id for other in others)) == 1
    house.now += DAY - dt.timedelta(seconds=1)
    assert inviting(house, others[0].call_id) == 0
    house.now += dt.timedelta(seconds=1)
    assert inviting(house, *(other.call_id for other in others)) == 1


def test_a_call_that_is_up_or_was_scored_or_has_no_linked_survey_is_let_be(house: SurveyHouse) -> None:
    with house.sessions().begin() as session:
        session.get_one(Call, house.record.call_id).state = "open"
    assert inviting(house) == 0
    visit = house.record.visits[0]
    scored = replace(left_call(4, "13800138004"), ended_by="agent")
    given = {"survey": "happy", "at": (visit.left_at or house.now) + dt.timedelta(milliseconds=9)}
    with house.sessions().begin() as session:
        session.add(SurveyAnswer(call_id=scored.call_id, outcome="scored", score=1, way="phone", **given))
    house.close(scored)
    assert inviting(house, scored.call_id) == 0
    house.known = linked_site(link=None)
    house.close(house.record)
    assert inviting(house) == 0


def test_only_the_outcomes_of_the_site_are_meant(sessions: Sessions) -> None:
    house = SurveyHouse(sessions, linked_site(link={"when": ["survey_failed"], "text": {"zh": "{link}"}}))
    assert inviting(house) == 0


def test_a_replay_of_the_call_invites_nobody_again(house: SurveyHouse) -> None:
    inviting(house)
    house.close(house.record)
    assert inviting(house) == 0


def test_after_a_start_calls_of_the_last_day_are_looked_at(house: SurveyHouse) -> None:
    inviter = Inviter(house.sessions(), house.site)
    inviter([], house.now)
    assert house.rows(Invitation) == []
    with house.sessions()() as session:
        assert overlooked(session, house.known, house.now + 2 * DAY) == []
    queue = house.known.queues[0].model_copy(update={"name": house.record.visits[0].queue})
    house.known = house.known.model_copy(update={"queues": [queue]})
    inviter(None, house.now)
    inviter(None, house.now)
    assert [made.call_id for made in house.rows(Invitation)] == [house.record.call_id]


def test_a_site_that_is_not_there_holds_nobody_up(house: SurveyHouse) -> None:
    def none() -> None:
        raise HotlineError("there is no site")

    Inviter(house.sessions(), none)([house.record.call_id], house.now)  # type: ignore[arg-type]
    assert house.rows(Invitation) == []


def test_the_language_is_the_one_a_step_chose(house: SurveyHouse) -> None:
    flow = next(
        (flow, name)
        for flow in house.known.flows
        for name, step in flow.steps.items()
        if step.kind == "language" and step.language == "en"
    )
    row = {"call_id": house.record.call_id, "uniqueid": "u", "at": house.now, "number": 1, "version": 1}
    said = {"kind": "language", "heard": [], "outcome": "set", "reason": "it is set"}
    with house.sessions().begin() as session:
        session.add(Step(**row, **said, flow=flow[0].name, step=flow[1]))
    inviting(house)
    assert [made.language for made in house.rows(Invitation)] == ["en"]


def test_by_hand_there_is_one_link_and_it_goes_where_one_wants(house: SurveyHouse) -> None:
    call = house.record.call_id
    with house.sessions().begin() as session:
        first = by_hand(session, house.known, call, None, "+8613900139000", house.now)
        again = by_hand(session, house.known, call, 1, None, house.now)
    assert (first.number, first.token) == ("13900139000", again.token)
    assert inviting(house) == 0


@pytest.mark.parametrize(
    ("call", "visit", "number", "said"),
    [
        ("nobody", None, None, "there is no call nobody"),
        (None, 7, None, "has no answered visit 7"),
        (None, None, "01088886666", "01088886666 has no mobile number: give one with --number"),
    ],
)
def test_by_hand_what_can_not_be_done_is_told(
    house: SurveyHouse, call: str | None, visit: int | None, number: str | None, said: str
) -> None:
    with house.sessions().begin() as session, pytest.raises(HotlineError, match=said):
        by_hand(session, house.known, call or house.record.call_id, visit, number, house.now)


def test_by_hand_a_used_or_late_link_and_a_survey_without_one_are_told(house: SurveyHouse) -> None:
    made = house.invited()
    house.now = made.expires_at
    with house.sessions().begin() as session, pytest.raises(HotlineError, match="has expired"):
        by_hand(session, house.known, made.call_id, None, None, house.now)
    with house.sessions().begin() as session:
        session.get_one(Invitation, made.id).state = "answered"
    with (
        house.sessions().begin() as session,
        pytest.raises(HotlineError, match="answered by its link already"),
    ):
        by_hand(session, house.known, made.call_id, None, None, house.now)
    other = left_call(2)
    house.close(other)
    with house.sessions().begin() as session, pytest.raises(HotlineError, match="survey happy has no link"):
        by_hand(session, linked_site(link=None), other.call_id, None, None, house.now)


def test_what_can_not_be_used_any_more_is_marked(house: SurveyHouse) -> None:
    made = house.invited()
    for at, state in ((made.expires_at - dt.timedelta(seconds=1), "waiting"), (made.expires_at, "expired")):
        with house.sessions().begin() as session:
            expire(session, at)
        assert [row.state for row in house.rows(Invitation)] == [state]
