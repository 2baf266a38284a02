"""The question after the agent has hung up: every way it can go is told, and none twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agi.flows import GONE, Caller, House, publish, told
from tests.callcenter.flow_sites import QUEUE, flow, site

pytestmark = [pytest.mark.req("SAT-1")]


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    publish(house.etc, 7, site(flow({"start": {**QUEUE, "timeout": "word"}})))
    return house


def ask(house: House, *keys: str, gone_at: int | None = None, outcome: str = "CONTINUE") -> Caller:
    """A caller back from queue sales, whose agent has hung up."""
    caller = Caller(keys, gone_at)
    return house.call(caller, cursor="main/start;zh;doing;count=1.1", version="7", outcome=outcome)


def heard(house: House) -> list[tuple[str, int | None, str | None]]:
    return [(row[0], row[1], row[2]) for row in told(house.facts("survey"), "outcome", "score", "keys")]


ASKED = ("asked", None, None)
ANSWERS = {
    "at once": (["3"], ("scored", 3, "3")),
    "after a wrong key": (["7", "1"], ("scored", 1, "71")),
    "after silence": (["", "4"], ("scored", 4, "4")),
    "never": ([], ("no_answer", None, None)),
    "wrong twice": (["9", "0"], ("wrong_key", None, "90")),
    "star": (["*", "#"], ("wrong_key", None, "*#")),
    "hung up at once": ([GONE], ("caller_hung_up", None, None)),
    "hung up after a wrong key": (["5", "", GONE], ("caller_hung_up", None, "5")),
}


@pytest.mark.parametrize("how", ANSWERS)
def test_every_way_to_answer_is_told_once(how: str, house: House) -> None:
    keys, meant = ANSWERS[how]
    ask(house, *keys)
    assert heard(house) == [ASKED, meant]


def test_a_caller_who_hangs_up_at_any_verb_has_exactly_one_outcome(house: House) -> None:
    verbs = len(ask(house, "7", "1").verbs)
    house.facts("survey")
    for verb in range(verbs):
        ask(house, "7", "1", gone_at=verb)
        begun, *ended = heard(house)
        assert begun == ASKED
        assert [row[0] for row in ended] in (["caller_hung_up"], ["scored"])


def test_the_call_goes_on_behind_the_survey(house: House) -> None:
    assert ask(house, "1").variables["HL_NEXT"] == "hangup"


@pytest.mark.parametrize("outcome", ["TIMEOUT", "FULL", "KEY-1", ""])
def test_a_caller_no_agent_has_served_is_not_asked(outcome: str, house: House) -> None:
    ask(house, "1", outcome=outcome)
    assert heard(house) == []


def test_a_survey_that_is_gone_from_the_version_is_passed_over(house: House) -> None:
    publish(house.etc, 8, site(flow({"start": QUEUE}), surveys=[]))
    caller = house.call(Caller("1"), cursor="main/start;zh;doing", version="8", outcome="CONTINUE")
    assert caller.variables["HL_NEXT"] == "hangup"
    assert heard(house) == []
