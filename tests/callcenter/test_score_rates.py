"""Every answered call is counted once, and agents whose calls seldom reach the survey stand out."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from callcenter.survey.rates import Counted, rates, read_rates
from cli import main
from schema.calls import Score, SurveyAnswer
from schema.session import session_factory
from schema.surveys import Invitation
from tests.databases import Sessions, sqlite_copy

pytestmark = [pytest.mark.req("SAT-5")]
AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
OUTCOMES = [
    ("scored", None),
    ("scored", "web"),
    ("no_answer", None),
    ("wrong_key", None),
    ("caller_hung_up", None),
    ("not_offered", "caller_left_first"),
    ("not_offered", "no_survey"),
    ("not_offered", "survey_failed"),
]


def row(call: int, agent: str, outcome: str, reason: str | None = None, score: int | None = None) -> Score:
    at = AT + dt.timedelta(minutes=call)
    known = {"agent": agent, "queue": "care", "trunk": "e1", "caller": "138", "keys": None, "survey": "s"}
    return Score(call_id=f"c{call}", visit=1, outcome=outcome, reason=reason, score=score, at=at, **known)


def fill(sessions: Sessions) -> None:
    """Agent 1001 is asked about each time; 1002 hangs up last in one of twelve calls only."""
    rows = [row(n, "1001", "scored", score=1 + n % 2) for n in range(12)]
    rows += [row(100 + n, "1002", "not_offered", "caller_left_first") for n in range(11)]
    rows += [row(200, "1002", "no_answer"), row(300, "1003", "not_offered", "no_survey")]
    with sessions.begin() as session:
        session.add_all(rows)


def test_rates_by_agent_name_who_is_seldom_asked_about(sessions: Sessions) -> None:
    fill(sessions)
    with sessions() as session:
        third, second, first = read_rates(session)
    assert (first.name, first.answered, first.asked, first.scored, first.mean) == ("1001", 12, 12, 12, 1.5)
    assert (second.name, second.answered, second.offered, second.asked) == ("1002", 12, 1, 1)
    assert (second.seldom, second.why_not) == (True, {"caller_left_first": 11, "no_answer": 1})
    assert (third.name, third.seldom, third.asked_rate, third.mean) == ("1003", False, 0.0, None)


def test_only_scores_of_the_stretch_are_counted(sessions: Sessions) -> None:
    fill(sessions)
    with sessions() as session:
        [only] = read_rates(session, "queue", AT, AT + dt.timedelta(minutes=5))
    assert (only.name, only.answered) == ("care", 5)


@given(
    st.lists(
        st.tuples(st.sampled_from(["1001", "1002", None]), st.sampled_from(OUTCOMES), st.integers(1, 50))
    )
)
def test_what_is_answered_is_scored_or_told_why_not(
    counts: list[tuple[str | None, tuple[str, str | None], int]],
) -> None:
    counted: list[Counted] = [
        Counted(name, outcome, None if why == "web" else why, calls, calls * 2, why == "web", calls % 2 == 0)
        for name, (outcome, why), calls in counts
    ]
    found = rates(counted)
    assert sum(rate.answered for rate in found) == sum(calls for *_, calls in counts)
    for rate in found:
        assert rate.scored + rate.by_link + sum(rate.why_not.values()) == rate.answered
        assert rate.scored <= rate.asked <= rate.offered <= rate.answered
        assert rate.mean in (None, 2)


def test_links_are_counted_apart_from_what_was_asked_on_the_phone(sessions: Sessions) -> None:
    fill(sessions)
    by_link = row(300, "1003", "scored", score=4)
    by_link.way, by_link.call_id = "web", "c301"
    of = {"visit": 1, "survey": "s", "number": "138", "language": "zh", "due_at": AT, "created_at": AT}
    went = [("c301", AT, AT, "answered"), ("c100", AT, None, "sent"), ("c101", None, None, "waiting")]
    with sessions.begin() as session:
        session.add(by_link)
        for call, sent, answered, state in went:
            times = {"sent_at": sent, "answered_at": answered, "expires_at": AT}
            session.add(Invitation(token=call, call_id=call, state=state, **of, **times))
    with sessions() as session:
        found = {rate.name: rate for rate in read_rates(session)}
    assert [(found[name].invited, found[name].by_link) for name in ("1002", "1003")] == [(1, 0), (1, 1)]
    rate = found["1003"]
    assert (rate.answered, rate.asked, rate.scored, rate.link_rate, rate.mean) == (2, 0, 0, 1.0, 4)
    assert found["1002"].seldom
    with sessions.begin() as session:
        session.add(SurveyAnswer(call_id="c301", survey="s", at=AT, outcome="no_answer"))
    with sessions() as session:
        [rate] = [rate for rate in read_rates(session) if rate.name == "1003"]
    assert (rate.offered, rate.asked, rate.scored, rate.by_link) == (1, 1, 0, 1), "who was asked by phone too"


def test_the_command_prints_shares_and_figures(tmp_path: Path, migrated: Path) -> None:
    (tmp_path / "database").mkdir()
    engine = sqlite_copy(migrated, tmp_path / "database")
    fill(session_factory(engine))
    engine.dispose()
    words = ["--home", str(tmp_path), "scores"]
    told = CliRunner().invoke(main, [*words, "rates"]).output
    assert "too seldom asked" in told
    figures = json.loads(
        CliRunner()
        .invoke(main, [*words, "rates", "--from", "2026-03-02", "--to", "2026-03-03", "--json"])
        .output
    )
    assert [(rate["agent"], rate["asked_rate"]) for rate in figures][-1] == ("1001", 1.0)
    assert len(json.loads(CliRunner().invoke(main, [*words, "--last", "3", "--json"]).output)) == 3
