"""What a site file may say of penalties that relax and of reasons for a pause, and how it comes back."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.agents.penalty import EVERYBODY, first_max_penalty
from callcenter.site import Site, check
from callcenter.site.service import Queue
from callcenter.site_file.store import read, save
from tests.callcenter.flow_sites import NOON, flow, site
from tests.databases import Sessions

HANG_UP = flow({"begin": {"kind": "hangup"}})


def house(**more: Any) -> Site:
    return site(HANG_UP, **more)


def told(found: Site) -> list[str]:
    return [problem.message for problem in check.problems(found) if not problem.warning]


def queue(*steps: tuple[int, int], **more: Any) -> dict[str, Any]:
    relax = [{"after_seconds": after, "max_penalty": penalty} for after, penalty in steps]
    return {"name": "sales", "title": "Sales", "relax": relax, **more}


@pytest.mark.req("ACD-1")
@pytest.mark.parametrize(
    ("steps", "first"),
    [([], EVERYBODY), ([(20, 5)], 0), ([(0, 3), (20, 5)], 3)],
    ids=["no steps", "from later on", "from the beginning"],
)
def test_whom_a_call_may_reach_at_first(steps: list[tuple[int, int]], first: int) -> None:
    assert first_max_penalty(Queue.model_validate(queue(*steps))) == first


@pytest.mark.req("ACD-1")
def test_steps_go_up() -> None:
    assert told(house(queues=[queue((0, 0), (10, 5), (30, 9))])) == []
    wrong = told(house(queues=[queue((10, 5), (10, 9), (30, 9))]))
    assert [message.split(":")[1] for message in wrong] == [
        " put the steps in order",
        " the step before has it already",
    ]


@pytest.mark.req("ACD-5")
def test_a_digit_means_one_reason_and_a_name_is_there_once() -> None:
    lunch = {"name": "lunch", "title": {"zh": "午饭", "en": "Lunch"}, "code": "1"}
    assert told(house(pause_reasons=[lunch, {"name": "training"}, {"name": "meeting"}])) == []
    assert told(house(pause_reasons=[lunch, {**lunch, "name": "meal"}])) == [
        "1 is another reason's code: give another digit"
    ]
    assert len(told(house(pause_reasons=[lunch, {**lunch, "code": "2"}]))) == 1


@pytest.mark.req("ACD-4")
def test_what_is_whispered_is_a_prompt() -> None:
    assert told(house(queues=[queue(whisper="hello")])) == []
    assert told(house(queues=[queue(whisper="helo")])) == ["there is no prompt helo; did you mean hello?"]


def test_it_comes_back_from_the_database_as_it_was(sessions: Sessions) -> None:
    reasons = [{"name": "lunch", "title": {"zh": "午饭"}, "code": "1", "note": "an hour"}, {"name": "other"}]
    presence = {"phone_gone": "logout", "phone_back": "paused"}
    written = house(queues=[queue((20, 5), whisper="hello")], pause_reasons=reasons, presence=presence)
    with sessions.begin() as session:
        save(session, written, "me", lambda: NOON)
    with sessions() as session:
        assert read(session) == written
