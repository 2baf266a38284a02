"""A survey's link in the site file: what is refused, and that it is read back as it was written."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from callcenter.site import Site
from callcenter.site.check import problems
from callcenter.site.problems import dotted
from callcenter.site_file import store as site_store
from callcenter.site_file.canonical import dump
from callcenter.site_file.yaml_lines import parse
from tests.databases import Sessions
from tests.web.survey_house import linked_site

pytestmark = [pytest.mark.req("SAT-3")]
AT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def told(link: dict[str, Any]) -> list[tuple[str, str]]:
    site = linked_site(link=link)
    return [(dotted(one.path), one.message) for one in problems(site) if not one.warning]


def test_the_link_of_the_tests_has_nothing_wrong() -> None:
    site = linked_site()
    assert [one for one in problems(site) if not one.warning] == []


@pytest.mark.parametrize(
    ("link", "where", "what"),
    [
        ({"text": {"zh": "您好"}}, "text.zh", "write {link} once: the link is put there"),
        ({"text": {"zh": "{link} {link}"}}, "text.zh", "write {link} once: the link is put there"),
        (
            {"text": {"zh": "好" * 150 + "{link}"}},
            "text.zh",
            "4 messages with the link (210 characters): 3 at most",
        ),
        (
            {"between": "21:00-08:00", "text": {"zh": "{link}"}},
            "between",
            "21:00-08:00 ends before it begins: write hours of one day",
        ),
        ({"text": {"fr": "{link}"}}, "text.fr", "fr is not among the site's languages: zh, en"),
        (
            {"text": {"zh": "{link}"}, "words": {"goodbye": {"zh": "x"}}},
            "words.goodbye",
            "the page says no goodbye; it says: survey_question, survey_thanks, ask_why, waited_long, "
            "not_solved, ask_solved, solved_1, solved_2",
        ),
        (
            {"text": {"zh": "{link}"}, "words": {"solved_1": {"fr": "x"}}},
            "words.solved_1.fr",
            "fr is not among the site's languages: zh, en",
        ),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(link: dict[str, Any], where: str, what: str) -> None:
    assert told(link) == [(f"surveys[1].link.{where}", what)]


@pytest.mark.parametrize(
    "link",
    [
        {"when": ["scored"], "text": {"zh": "{link}"}},
        {"when": ["left"], "text": {"zh": "{link}"}},
        {"when": [], "text": {"zh": "{link}"}},
        {"text": {}},
        {"hours": 0, "text": {"zh": "{link}"}},
        {"text": {"zh": "a\nb{link}"}},
    ],
)
def test_what_no_type_allows_is_refused(link: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        linked_site(link=link)


def test_it_survives_the_file_and_the_rows(sessions: Sessions) -> None:
    site = linked_site()
    data: Any = parse(dump(site)).data
    assert Site.model_validate(data) == site
    with sessions.begin() as session:
        site_store.save(session, site, "test", lambda: AT)
    with sessions() as session:
        assert site_store.read(session).surveys == site.surveys
