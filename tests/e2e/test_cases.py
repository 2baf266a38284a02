"""Every case folder beside this file, played with real calls."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

import pytest

from tests.e2e.case import Case, cases
from tests.e2e.runner import Played, play_in_time

Tell = Callable[[str, float], None]


def _parameters(*, alone: bool) -> list[object]:
    return [
        pytest.param(case, id=case.sentence, marks=pytest.mark.req(*case.req))
        for case in cases()
        if case.alone is alone
    ]


@pytest.mark.parametrize("case", _parameters(alone=False))
def test_with_others(case: Case, played: dict[str, Future[Played]], measured: Tell) -> None:
    tell_all(played[case.name].result(), measured)


@pytest.mark.parametrize("case", _parameters(alone=True))
def test_alone(
    case: Case, played_alone: dict[str, Future[Played]], request: pytest.FixtureRequest, measured: Tell
) -> None:
    begun = played_alone.get(case.name)
    done = begun.result() if begun else play_in_time(case, request.getfixturevalue("idle_house"))
    tell_all(done, measured)


def tell_all(done: Played, measured: Tell) -> None:
    for name, seconds in done.figures.items():
        measured(name, seconds)
