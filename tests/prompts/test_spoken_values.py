"""What a walk lets a caller hear of a value is among the sounds that are made."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.flow import Hear, Walk
from callcenter.prompt_index import PromptIndex
from callcenter.site import Site
from callcenter.site_file.published import Published
from prompts.build import build
from tests.callcenter.flow_sites import NOON, QUEUE, flow
from tests.callcenter.flow_sites import site as flow_site
from tests.prompts.conftest import CountingEngine

VALUES = [
    ("number", "=120508"),
    ("digits", "=95588"),
    ("date", "=2026-10-01"),
    ("time", "=14:32"),
    ("money", "=3.57"),
]


@pytest.fixture(scope="module")
def index(site: Site, seed: Path) -> PromptIndex:
    """Where the sounds lie of the site that was built."""
    return build(site, seed, CountingEngine(), beside=seed).index


@pytest.mark.req("IVR-4")
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("spoken_as", "value"), VALUES)
def test_every_piece_of_a_spoken_value_has_a_sound(
    index: PromptIndex, spoken_as: str, value: str, language: str
) -> None:
    steps = {
        "start": {"kind": "language", "language": language, "next": "say"},
        "say": {"kind": "say", "as": spoken_as, "value": value, "next": "queue"},
        "queue": QUEUE,
    }
    walk = Walk.enter(Published(flow_site(flow(steps))), caller="138", trunk="e1", did="95588", at=NOON)
    assert isinstance(walk.request, Hear)
    assert walk.request.prompts
    assert [name for name in walk.request.prompts if not index.has(name, language)] == []
