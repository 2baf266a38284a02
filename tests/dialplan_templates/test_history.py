"""What the database keeps of configuration versions, beside what is live."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from callcenter.prompt_index import PromptIndex, Sound
from callcenter.site import Site
from callcenter.site_file import store as site_store
from dialplan_templates.history import History
from dialplan_templates.published import site_json
from schema.config import ConfigVersion
from schema.site import FlowVersion
from tests.sample import sample_site

SAMPLE = sample_site()


def clock() -> dt.datetime:
    return dt.datetime(2026, 10, 13, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def sessions(database: Engine) -> sessionmaker[Session]:
    return sessionmaker(database)


def save(sessions: sessionmaker[Session], site: Site) -> None:
    with sessions.begin() as session:
        site_store.save(session, site, "王芳", clock)


def live(sessions: sessionmaker[Session], number: int, site: Site) -> None:
    history = History(sessions, "王芳", clock)
    history.staged(number, "digest", None)
    history.went_live(number, site_json(site, PromptIndex(Sound("silence", 100), {})))


def states(sessions: sessionmaker[Session]) -> set[str]:
    with sessions() as session:
        return set(session.scalars(select(FlowVersion.state)))


def test_the_flows_of_a_site_that_went_live_are_published(sessions: sessionmaker[Session]) -> None:
    save(sessions, SAMPLE)
    assert states(sessions) == {"draft"}
    live(sessions, 1, SAMPLE)
    assert states(sessions) == {"published"}


def test_drafts_that_came_after_what_went_live_stay_drafts(sessions: sessionmaker[Session]) -> None:
    first, *others = SAMPLE.flows
    changed = first.model_copy(update={"title": "改过"})
    save(sessions, SAMPLE.model_copy(update={"flows": [changed, *others]}))
    live(sessions, 1, SAMPLE)
    assert states(sessions) == {"draft", "published"}


def test_one_version_is_live(sessions: sessionmaker[Session]) -> None:
    save(sessions, SAMPLE)
    live(sessions, 1, SAMPLE)
    live(sessions, 2, SAMPLE)
    with sessions() as session:
        found = {row.number: row.state for row in session.scalars(select(ConfigVersion))}
    assert found == {1: "former", 2: "live"}
