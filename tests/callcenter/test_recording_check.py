"""Calls out whose other end would have to be asked for a key are refused when the site is checked, once a rule."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.site import Site
from callcenter.site.check import problems
from callcenter.site.problems import dotted
from tests.sample import sample_site

pytestmark = pytest.mark.req("REC-1")
TRUNK = "e1"
ASKED = {"prompt": "goodbye", "answer": "agree"}


def told(**policy: Any) -> list[tuple[str, str]]:
    """The errors of the sample with this recording policy."""
    route = {"name": "out", "title": "Out", "prefixes": ["0"], "trunks": [TRUNK]}
    data = sample_site().model_dump(by_alias=True) | {"recording": policy, "routes": [route]}
    found = problems(Site.model_validate(data))
    return [(dotted(problem.path), problem.message) for problem in found if not problem.warning]


def test_one_error_says_what_to_write() -> None:
    [(where, message)] = told(consent=ASKED)
    assert where == "recording.consent"
    assert "can't be asked for a key" in message
    assert "outbound: {prompt: NAME}" in message
    assert "outbound: {percent: 0}" in message


def test_it_stands_at_the_trunks_own_consent() -> None:
    [(where, _)] = told(trunks={TRUNK: {"consent": ASKED}})
    assert where == f"recording.trunks.{TRUNK}.consent"


@pytest.mark.parametrize(
    "policy",
    [
        {"consent": {"prompt": "goodbye"}},
        {"consent": ASKED, "outbound": {"prompt": "goodbye"}},
        {"consent": ASKED, "outbound": {"percent": 0}},
        {"consent": ASKED, "outbound": {"without_consent": True}},
        {"consent": ASKED, "percent": 0},
        {"queues": {"service": {"consent": ASKED}}},
    ],
)
def test_a_rule_that_says_what_becomes_of_calls_out_is_none(policy: dict[str, Any]) -> None:
    assert told(**policy) == []


def test_agents_who_are_recorded_against_the_rule_need_an_answer_too() -> None:
    agent = sample_site().agents[0].number
    assert told(consent=ASKED, percent=0, agents={agent: {"percent": 50}})
    assert told(consent=ASKED, outbound={"percent": 0}, agents={agent: {"percent": 50}})


def test_the_prompt_of_calls_out_is_one_there_is() -> None:
    [(where, message)] = told(outbound={"prompt": "nosuch"})
    assert where == "recording.outbound.prompt"
    assert "nosuch" in message
