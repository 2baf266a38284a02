"""A test in real time is made again on a machine that does not keep time, and only there."""

from __future__ import annotations

import pytest

from tests.e2e import lateness
from tests.e2e.lateness import in_time


class Machine:
    """Late in the tries it is told, by so many seconds."""

    def __init__(self, *worst: float) -> None:
        self._worst = iter(worst)

    def __call__(self) -> lateness.Lateness:
        return Known(next(self._worst))


class Known(lateness.Lateness):
    """Was late by ``worst``, whatever the clock says."""

    def __init__(self, worst: float) -> None:
        super().__init__()
        self._known = worst

    def _watch(self) -> None:
        self.worst = self._known


def test_a_failure_on_a_machine_that_keeps_time_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lateness, "Lateness", Machine(0.0))
    with pytest.raises(ZeroDivisionError):
        in_time(lambda number: 1 // number)


def test_a_failure_on_a_late_machine_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lateness, "Lateness", Machine(1.0, 0.0))
    assert in_time(lambda number: 1 // number) == 1


def test_on_a_machine_that_is_always_late_the_last_failure_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lateness, "Lateness", Machine(1.0, 2.0, 3.0))
    with pytest.raises(IndexError):
        in_time(lambda number: [][number])


def test_a_load_that_a_late_machine_could_not_bring_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(number: int) -> None:
        raise lateness.NotServed(number)

    monkeypatch.setattr(lateness, "Lateness", Machine(1.0, 2.0, 3.0))
    with pytest.raises(pytest.skip.Exception, match=r"3\.00 s late"):
        in_time(load)


def test_a_load_that_fails_on_a_machine_in_time_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(number: int) -> None:
        raise lateness.NotServed(number)

    monkeypatch.setattr(lateness, "Lateness", Machine(0.0))
    with pytest.raises(lateness.NotServed):
        in_time(load)
