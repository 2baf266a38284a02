"""The measurements of the limits, each of them once and small."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench import delay, whole_calls
from lab.home import temporary_home
from tests.sounds import give_sounds

pytestmark = [pytest.mark.slow, pytest.mark.asterisk]


@contextmanager
def home_with_sounds() -> Iterator[Path]:
    """A home whose houses need not speak."""
    with temporary_home() as home:
        give_sounds(home / "given/prompts")
        yield home


def test_whole_calls_of_both_sides_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_calls, "temporary_home", home_with_sounds)
    found = whole_calls.compare([2], 2)
    assert found["highest_rate"] == {"dialplan": 2, "hotline": 2}
    assert found["steps"]["hotline"][-1]["why"] == {}


def test_the_delay_of_rows_is_measured(tmp_path: Path) -> None:
    with home_with_sounds() as home:
        found = delay.measure(home, [10], 2, None)["10"]
    assert (found["calls"], found["never"]) == (20, 0)
    assert found["first event p99 ms"] > 0
