"""The demo itself, once, from nothing: real calls, and all that is looked for in the database and the files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from lab.home import temporary_home
from tests.json_keys import lost_of
from tests.sounds import give_sounds


@pytest.fixture(scope="module")
def demo() -> Any:
    """What ``hotline demo --json`` prints, run from nothing but sounds."""
    with temporary_home() as home:
        give_sounds(home / "prompts")
        words = [sys.executable, "-m", "cli", "--home", str(home), "demo", "--json"]
        done = subprocess.run(words, env=os.environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)


@pytest.mark.e2e
@pytest.mark.req("REC-1", "SAT-1")
def test_every_story_is_found_in_the_database_and_the_files(demo: Any) -> None:
    assert lost_of("demo", demo) == []
    missed = [each for story in demo["stories"] for each in story["expectations"] if not each["met"]]
    assert missed == []
    assert [story["trouble"] for story in demo["stories"]] == [None] * 5


@pytest.mark.e2e
def test_the_stories_are_of_five_calls_and_three_kinds_of_end(demo: Any) -> None:
    calls = [story["call"] for story in demo["stories"]]
    assert len({call["call_id"] for call in calls}) == 5
    assert [len(call["recordings"]) for call in calls] == [1, 0, 0, 1, 0]
    assert [len(call["voicemails"]) for call in calls] == [0, 1, 0, 0, 1]
    assert [len(call["callbacks"]) for call in calls] == [0, 0, 1, 0, 0]
