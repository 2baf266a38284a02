"""The page behind a link: what it asks, what it keeps, and what it tells strangers."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from callcenter.survey.by_link import MOST_WORDS, one_line
from schema.calls import SurveyAnswer
from schema.follow_ups import FollowUp
from schema.surveys import Invitation, Notice, SurveyReply
from tests.databases import Sessions
from tests.web.asking import ask
from tests.web.survey_house import SurveyHouse, linked_site
from web.survey_pages import GUESSES, MOST_BYTES

pytestmark = [pytest.mark.req("SAT-3", "SAT-5")]
NASTY = "<script>alert(1)</script>\"'&\x1b[31m\u202e\r\nBcc: x"


@pytest.fixture
def house(sessions: Sessions) -> SurveyHouse:
    return SurveyHouse(sessions)


def get(house: SurveyHouse, path: str, **given: Any) -> httpx.Response:
    return ask(house.web, "GET", path, **given)


def post(house: SurveyHouse, token: str, peer: str = "127.0.0.1", **fields: str) -> httpx.Response:
    return ask(house.web, "POST", f"/s/{token}", peer, data=fields)


def test_the_page_asks_in_the_callers_language_and_in_the_other_one(house: SurveyHouse) -> None:
    token = house.invited().token
    first, other = get(house, f"/s/{token}"), get(house, f"/s/{token}?lang=en")
    assert 'lang="zh-CN"' in first.text
    for words in (
        "您对这次通话满意吗？",
        "非常满意",
        "问题没有解决",
        "问题解决了吗？",
        "解决了",
        "等待太久请按1",
    ):
        assert words in first.text
    for words in ('<html lang="en">', "How did we do?", "Dissatisfied", "It was not solved", "Waited long"):
        assert words in other.text
    assert get(house, f"/s/{token}?lang=xx").text == first.text
    assert "<script" not in first.text
    assert "style=" not in first.text, "the content policy would drop it"
    assert "Set-Cookie" not in first.headers


def test_the_style_sheet_is_ours(house: SurveyHouse) -> None:
    answer = get(house, "/assets/survey.css")
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in answer.text


@pytest.mark.req("SAT-2", "SAT-4")
def test_an_answer_is_scored_credited_and_followed_up_at_once(house: SurveyHouse) -> None:
    token = house.invited().token
    answer = post(house, token, score="4", why="2", further_solved="2")
    assert (answer.status_code, "您的评价已收到" in answer.text) == (200, True)
    score, [visit] = house.score(), house.record.visits
    assert (score.outcome, score.reason, score.score, score.way) == ("scored", None, 4, "web")
    assert (score.visit, score.agent, score.queue) == (1, visit.agent, visit.queue)
    replies = {row.question: row.answer for row in house.rows(SurveyReply)}
    assert replies == {"why": "not_solved", "solved": "2"}
    [task], [notice] = house.rows(FollowUp), house.rows(Notice)
    assert (task.kind, task.visit, task.agent, task.number) == ("bad_score", 1, visit.agent, "13800138000")
    assert "scored 4" in task.detail
    assert (notice.key, notice.address) == (task.key, "boss@example.com")
    [link] = house.rows(Invitation)
    assert (link.state, link.answered_at) == ("answered", house.now)


def test_a_later_replay_of_the_calls_events_keeps_the_answer(house: SurveyHouse) -> None:
    post(house, house.invited().token, score="2")
    house.close(house.record)
    assert (house.score().score, house.score().way) == (2, "web")


def test_a_good_score_is_not_asked_why(house: SurveyHouse) -> None:
    post(house, house.invited().token, score="1", why="1")
    assert house.rows(SurveyReply) == house.rows(FollowUp) == house.rows(Notice) == []


def test_a_used_link_says_thanks_and_shows_and_keeps_nothing(house: SurveyHouse) -> None:
    token = house.invited().token
    post(house, token, score="1")
    for again in (post(house, token, score="4"), get(house, f"/s/{token}")):
        assert again.status_code == 200
        assert "感谢您的评价" in again.text
        assert "已经通过这个链接评价过了" in again.text
        assert "<form" not in again.text
    assert [row.score for row in house.rows(SurveyAnswer)] == [1]


def test_two_pages_that_send_at_once_keep_one_answer(house: SurveyHouse) -> None:
    token = house.invited().token
    assert house.web
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda score: post(house, token, score=str(score)), (1, 2, 3, 4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert sum("您的评价已收到" in answer.text for answer in answers) == 1
    assert len(house.rows(SurveyAnswer)) == 1


@pytest.mark.parametrize("fields", [{}, {"score": "0"}, {"score": "5"}, {"score": NASTY}, {"score": "１"}])
def test_without_a_score_the_form_comes_again_with_what_was_filled_in(
    house: SurveyHouse, fields: dict[str, str]
) -> None:
    answer = post(house, house.invited().token, further_solved="2", **fields)
    assert answer.status_code == 422
    assert "请在四项中选择一项" in answer.text
    assert answer.text.count(" checked") == 1
    assert "<script" not in answer.text
    assert house.rows(SurveyAnswer) == []


def test_what_can_not_be_chosen_is_no_answer(house: SurveyHouse) -> None:
    fields = {"why": NASTY, "further_solved": "12", "further_other": "1", "words": NASTY, "visit": "9"}
    assert post(house, house.invited().token, score="3", **fields).status_code == 200
    assert house.rows(SurveyReply) == []


def test_own_words_are_kept_as_one_line_and_escaped_when_shown(sessions: Sessions) -> None:
    spoken = {"question": "ask_why", "message_seconds": 60}
    house = SurveyHouse(sessions, linked_site(why=spoken))
    token = house.invited().token
    again = post(house, token, words="</textarea><b>")
    assert "&lt;/textarea&gt;&lt;b&gt;" in again.text
    post(house, token, score="4", words=NASTY + "长" * 600)
    [reply] = house.rows(SurveyReply)
    assert (reply.question, reply.answer, reply.message) == ("why", None, None)
    assert reply.words.isprintable()
    assert reply.words.startswith("<script>alert(1)</script>\"'& [31m Bcc: x长")
    assert len(reply.words) == MOST_WORDS
    [task] = house.rows(FollowUp)
    assert "why: <script>" in task.detail


def test_a_site_of_hostile_words_is_escaped(sessions: Sessions) -> None:
    words = {"survey_question": {"zh": "<b>x</b>"}, "waited_long": {"zh": '"><img src=x>'}}
    house = SurveyHouse(sessions, linked_site(link={"text": {"zh": "{link}"}, "words": words}))
    shown = get(house, f"/s/{house.invited().token}").text
    assert "<b>" not in shown
    assert "<img" not in shown


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_and_expired_links_are_told_alike(house: SurveyHouse, method: str) -> None:
    link = house.invited()
    house.now = link.expires_at
    answers = [
        ask(house.web, method, f"/s/{token}", data={"score": "1"} if method == "POST" else None)
        for token in (link.token, "A" * 22, "short", "a%00b", "x" * 500, f"{link.token}x")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert {frozenset(answer.headers.items()) for answer in answers} == {
        frozenset(answers[0].headers.items())
    }
    assert "已过期" in answers[0].text
    assert "may have expired" in answers[0].text
    assert house.rows(SurveyAnswer) == []


def test_who_tries_many_links_has_to_wait_and_others_have_not(house: SurveyHouse) -> None:
    token = house.invited().token
    tried = [get(house, f"/s/{'B' * 22}", peer="192.0.2.7").status_code for _ in range(GUESSES + 1)]
    assert tried == [404] * GUESSES + [429]
    assert get(house, f"/s/{token}", peer="192.0.2.7").status_code == 429
    assert get(house, f"/s/{token}", peer="192.0.2.8").status_code == 200
    for number in range(GUESSES):
        get(house, "/s/wrong", peer=f"2001:db8::{number:x}")
    assert get(house, f"/s/{token}", peer="2001:db8::ffff").status_code == 429
    assert get(house, f"/s/{token}", peer="2001:db8:0:1::1").status_code == 200


def test_behind_a_web_server_of_this_machine_each_address_is_counted_for_itself(house: SurveyHouse) -> None:
    token = house.invited().token

    def status(path: str, told: str, peer: str = "127.0.0.1") -> int:
        return get(house, path, peer=peer, headers={"X-Forwarded-For": told}).status_code

    for _ in range(GUESSES):
        status("/s/wrong", "10.0.0.1, 203.0.113.5")
    assert status(f"/s/{token}", "203.0.113.5") == 429
    assert status(f"/s/{token}", "203.0.113.6") == 200
    for number in range(GUESSES):
        status("/s/wrong", f"203.0.113.{number}", peer="198.51.100.9")
    assert status(f"/s/{token}", "203.0.113.200", peer="198.51.100.9") == 429, "who is no web server of ours"


def test_an_answer_larger_than_a_form_is_refused(house: SurveyHouse) -> None:
    token = house.invited().token
    answer = ask(house.web, "POST", f"/s/{token}", content=b"score=1&words=" + b"x" * MOST_BYTES)
    assert answer.status_code == 413
    many = "&".join(f"f{n}=1" for n in range(1000))
    assert ask(house.web, "POST", f"/s/{token}", content=f"score=1&{many}").status_code == 422
    assert ask(house.web, "POST", f"/s/{token}", content=b"score=\xff").status_code == 422
    assert house.rows(SurveyAnswer) == []


def test_a_database_that_is_away_is_told_in_words(
    house: SurveyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise OperationalError("SELECT secret", {}, Exception("away"))

    token = house.invited().token
    monkeypatch.setattr(house, "sessions", away)
    answer = get(house, f"/s/{token}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "your link stays valid" in answer.text
    assert "secret" not in answer.text


def test_an_answer_after_the_hours_is_none(house: SurveyHouse) -> None:
    link = house.invited()
    house.now = link.expires_at - dt.timedelta(seconds=1)
    assert get(house, f"/s/{link.token}").status_code == 200
    house.now = link.expires_at
    assert post(house, link.token, score="1").status_code == 404


@pytest.mark.parametrize(
    ("written", "kept"), [(" \t\r\n", None), ("a\x00b\u200bc", "a b c"), ("好 的", "好 的")]
)
def test_what_is_no_sign_is_a_space(written: str, kept: str | None) -> None:
    assert one_line(written) == kept
