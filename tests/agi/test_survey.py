"""The question after the agent has hung up: every way it can go is told, and none twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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


def own_channel(house: House, known: str) -> Caller:
    """The caller's own channel, back from the first queue; ``known``: what its mark says."""
    caller = Caller("1")
    caller.known["SHARED(HL_SURVEYED)"] = known
    place = {"cursor": "main/start;zh;doing;count=1.1", "version": "7", "outcome": "CONTINUE"}
    return house.call(caller, uniqueid="node-1.0", **place)


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


def test_a_caller_who_was_passed_on_and_asked_there_is_not_asked_again(house: House) -> None:
    passed_on = ask(house, "2")
    assert 'SET VARIABLE "SHARED(HL_SURVEYED,node-1.0)" "1"' in passed_on.verbs
    assert heard(house) == [ASKED, ("scored", 2, "2")]
    assert own_channel(house, "1").variables["HL_NEXT"] == "hangup"
    assert heard(house) == []


def test_a_caller_who_was_not_asked_elsewhere_is_asked_here(house: House) -> None:
    caller = own_channel(house, "")
    assert not [verb for verb in caller.verbs if verb.startswith("SET VARIABLE") and "SURVEYED" in verb]
    assert heard(house) == [ASKED, ("scored", 1, "1")]


def test_a_channel_that_is_gone_is_asked_nothing(house: House) -> None:
    """An agent who rang another queue and passed its agent on comes back from it like a caller."""
    gone = Caller("1", gone_at=0)
    place = {"cursor": "main/start;zh;doing;count=1.1", "version": "7", "outcome": "CONTINUE"}
    house.call(gone, uniqueid="node-1.0", **place)
    assert len(gone.verbs) == 1
    assert heard(house) == []


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


REASONS = {"question": "menu", "reasons": {"1": "waited_long", "2": "not_solved"}}
SPOKEN = {"question": "menu", "message_seconds": 30}
SOLVED = {"name": "solved", "question": "ask_pin", "keys": "12"}


def survey_with(house: House, **more: Any) -> None:
    asked = {"name": "satisfaction", "question": "sub", "thanks": "thanks", "wrong_key": "wrong", **more}
    publish(house.etc, 8, site(flow({"start": {**QUEUE, "timeout": "word"}}), surveys=[asked]))


def again(house: House, *keys: str) -> Caller:
    caller = Caller(keys)
    return house.call(caller, cursor="main/start;zh;doing;count=1.1", version="8", outcome="CONTINUE")


def kept(house: House) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Scores and replies."""
    facts = house.every_fact()
    scores = [(fact["outcome"], fact["score"]) for fact in facts if fact["fact"] == "survey"]
    replies = [
        (fact["question"], fact["answer"], fact["message"]) for fact in facts if fact["fact"] == "reply"
    ]
    return scores, replies


@pytest.mark.req("SAT-4")
@pytest.mark.parametrize(
    ("keys", "replies"),
    [
        (("3", "2"), [("why", "not_solved", None)]),
        (("4", "9", "1"), [("why", "waited_long", None)]),
        (("4",), []),
        (("4", GONE), []),
        (("2", "2"), []),
    ],
)
def test_only_a_3_or_4_is_asked_why_and_the_score_stands_whatever_follows(
    keys: tuple[str, ...], replies: list[Any], house: House
) -> None:
    survey_with(house, why=REASONS)
    again(house, *keys)
    assert kept(house) == ([("asked", None), ("scored", int(keys[0]))], replies)


@pytest.mark.req("SAT-4")
def test_a_spoken_reason_is_recorded_and_its_file_kept(house: House) -> None:
    survey_with(house, why=SPOKEN)
    caller = again(house, "4")
    [record] = [verb for verb in caller.verbs if "Record" in verb]
    scores, [(question, answer, path)] = kept(house)
    assert (scores[-1], question, answer) == (("scored", 4), "why", None)
    assert path == "survey/2026-03/node-1.0-120000.wav"
    assert f"/spool/{path},4,30,kq" in record


@pytest.mark.req("SAT-4")
def test_a_caller_who_hangs_up_while_speaking_has_left_a_message(house: House) -> None:
    survey_with(house, why=SPOKEN)
    verbs = again(house, "4").verbs
    house.every_fact()
    at = next(place for place, verb in enumerate(verbs) if "Record" in verb)
    house.call(
        Caller(["4"], gone_at=at), cursor="main/start;zh;doing;count=1.1", version="8", outcome="CONTINUE"
    )
    scores, replies = kept(house)
    assert scores[-1] == ("scored", 4)
    assert [reply[0] for reply in replies] == ["why"]


@pytest.mark.req("SAT-3")
def test_further_questions_are_kept_by_name_and_are_no_score(house: House) -> None:
    survey_with(house, questions=[SOLVED, {"name": "again", "question": "menu"}])
    assert again(house, "1", "2", "9", "3").words.count("Playback") == 1  # thanks
    assert kept(house) == (
        [("asked", None), ("scored", 1)],
        [("solved", "2", None), ("again", "3", None)],
    )


@pytest.mark.req("SAT-4")
def test_a_bad_score_is_told_to_the_supervisor_and_a_good_one_is_not(house: House) -> None:
    survey_with(house, alert="boss@example.com")
    again(house, "2")
    assert [fact for fact in house.every_fact() if fact["fact"] == "notice"] == []
    again(house, "3")
    [notice] = [fact for fact in house.every_fact() if fact["fact"] == "notice"]
    assert (notice["kind"], notice["address"]) == ("bad_score", "boss@example.com")
    assert notice["key"].startswith("node-1.0/2026-03-03T12:00:00")
