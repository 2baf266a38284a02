"""A database with one call that was not asked on the phone, its link, and the page behind it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache, cached_property
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from callcenter.calls.store import store
from callcenter.journey import CallRecord
from callcenter.site import Site
from callcenter.survey.invitations import by_hand
from schema.calls import Score
from schema.session import reading
from schema.surveys import Invitation
from tests.callcenter.captured_calls import read, records
from tests.databases import Sessions
from tests.sample import sample_site
from web.app import create

MOBILE = "13800138000"
TEXT = {"zh": "请评价：{link}", "en": "Please rate us: {link}"}
SPOKEN = {
    "ask_why": {"zh": "等待太久请按1，没有解决请按2。", "en": "Press 1 for a long wait, 2 if not solved."},
    "ask_solved": {"zh": "问题解决了吗？", "en": "Is it solved?"},
}
SURVEY: dict[str, Any] = {
    "name": "happy",
    "question": "survey_question",
    "thanks": "survey_thanks",
    "wrong_key": "wrong_key",
    "why": {"question": "ask_why", "reasons": {"1": "waited_long", "2": "not_solved"}},
    "questions": [{"name": "solved", "question": "ask_solved", "keys": "12"}],
    "alert": "boss@example.com",
    "link": {
        "text": TEXT,
        "words": {
            "survey_question": {"zh": "您对这次通话满意吗？", "en": "How did we do?"},
            "not_solved": {"zh": "问题没有解决", "en": "It was not solved"},
            "solved_1": {"zh": "解决了", "en": "Yes"},
        },
    },
}


@cache
def plain_site() -> Site:
    """The sample with one more survey, which nobody may change."""
    return linked_site()


def linked_site(**change: Any) -> Site:
    """The same, with what is changed of that survey."""
    data = sample_site().model_dump(by_alias=True)
    data["surveys"].append(SURVEY | change)
    data["prompts"] += [{"name": name, "text": text} for name, text in SPOKEN.items()]
    return Site.model_validate(data)


def left_call(number: int = 1, caller: str | None = MOBILE) -> CallRecord:
    """A call of its own id whose caller hung up on the agent."""
    found = _captured()
    visit = replace(found.visits[0], ended_by="caller")
    call_id = f"{found.call_id}{number}"
    return replace(found, call_id=call_id, caller=caller, ended_by="caller", visits=(visit,), aliases=())


@cache
def _captured() -> CallRecord:
    [found] = records([*read("survey_left").ledger, *read("survey_left").ami])
    return found


class SurveyHouse:
    """What the page's process has of the program."""

    def __init__(self, sessions: Sessions, site: Site | None = None) -> None:
        self._sessions = sessions
        self.known = site or plain_site()
        self.record = left_call()
        self.now = (self.record.ended_at or self.record.started_at) + dt.timedelta(minutes=10)
        self.close(self.record)

    def sessions(self, read_only: bool = False) -> Any:
        return (lambda: reading(self._sessions)) if read_only else self._sessions

    def site(self) -> Site:
        return self.known

    def clock(self) -> dt.datetime:
        return self.now

    @cached_property
    def web(self) -> FastAPI:
        app: Any = self
        return create(app)

    def close(self, record: CallRecord) -> None:
        with self._sessions.begin() as session:
            store(session, [record], {record.visits[0].queue: "happy"})

    def invited(self) -> Invitation:
        with self._sessions.begin() as session:
            return by_hand(session, self.known, self.record.call_id, None, None, self.now)

    def rows(self, table: Any) -> list[Any]:
        with self._sessions() as session:
            return list(session.scalars(select(table)))

    def score(self) -> Score:
        [found] = self.rows(Score)
        return found  # type: ignore[no-any-return]
