"""Alarms of an E1 whose wire is bad, up to where it is put right. It stays so: this comes before all calls."""

from __future__ import annotations

import pytest

from tests.e2e.until import until
from tests.pri.looking import alarms, history, states, told_so
from tests.pri.rig import Rig

pytestmark = pytest.mark.req("GW-1")


def test_a_line_that_is_not_heard_and_one_without_signal_are_alarms_until_it_is_put_right(
    badly_wired: Rig,
) -> None:
    told_so(badly_wired, "yellow", "our sending pair")
    badly_wired.cut_second()
    told_so(badly_wired, "red", "no signal comes in")
    badly_wired.put_second_right()
    until(lambda: states(badly_wired)["a102/2"] == "up", 60, "the second line is up")
    until(lambda: alarms(badly_wired)[-1:] == [("a102/2", "up")], 30, "the alarm is over")
    assert history(badly_wired, "a102/2")[-2:] == ["red", "yellow"]
    seen = [state for line, state in alarms(badly_wired) if line == "a102/2"]
    assert (seen[:2], seen[-1]) == (["yellow", "red"], "up")
