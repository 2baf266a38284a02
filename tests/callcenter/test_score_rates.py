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
from schema.calls import Score
from schema.session import session_factory
from tests.databases import Sessions, sqlite_copy

pytestmark = [pytest.mark.req("SAT-5")]
AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
OUTCOMES = [
    ("scored", None),
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
    counted: list[Counted] = [(name, *how, calls, calls * 2) for name, how, calls in counts]
    found = rates(counted)
    assert sum(rate.answered for rate in found) == sum(calls for *_, calls in counts)
    for rate in found:
        assert rate.scored + sum(rate.why_not.values()) == rate.answered
        assert rate.scored <= rate.asked <= rate.offered <= rate.answered


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
