"""Each strategy of a queue rings whom it should: three agents a queue, all queues at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import pytest

from lab import sipp
from lab.scenario import Agent, Caller, Login
from lab.sipp_run import Address
from schema.calls import Call, Leg
from tests.e2e.house import House
from tests.e2e.site_agents import STRATEGIES, strategy_agents, strategy_number
from tests.e2e.until import until

pytestmark = [pytest.mark.req("ACD-1")]
PHONES = Address("127.0.0.36", 32070)
TRUNK = Address("127.0.0.2")
CALLS = 6
RANDOM_CALLS = 12
"""So many that chance makes no round of them: once in twenty thousand runs."""
TALK_SECONDS = 1.2
"""app_queue remembers an agent's last call to the second: calls that follow each other lie further apart."""
SECONDS = 60.0
Answered = list[str]


@pytest.fixture(scope="module")
def phones(house: House) -> Iterator[None]:
    """All agents of all strategies at one SIPp, logged in."""
    everybody = [agent for strategy in STRATEGIES for agent in strategy_agents(strategy)]
    for agent in everybody:
        login = Login(f"t{agent}", house.secret(f"seat/t{agent}"))
        sipp.register(login, house.sip, at=PHONES)
    scenario = Agent(rings_ms=100, talk_seconds=TALK_SECONDS)
    with ExitStack() as stack:
        stack.enter_context(
            sipp.start(scenario, house.sip, house.sipp_logs, at=PHONES, at_once=80, seconds=600)
        )
        seats = {agent: f"t{agent}" for agent in everybody}
        house.seat_crowd(seats)
        for strategy in STRATEGIES:
            until(partial(_free, house, strategy), SECONDS, f"the agents of {strategy} can be rung")
        yield
        house.unseat_crowd(seats)


def _free(house: House, strategy: str) -> bool:
    return house.asterisk.rx(f"queue show st_{strategy}").count("(Not in use)") == len(
        strategy_agents(strategy)
    )


@pytest.fixture(scope="module")
def answered(house: House, phones: None) -> dict[str, Answered]:
    """Strategy → who answered its calls, one call after the other."""
    one_by_one = [strategy for strategy in STRATEGIES if strategy != "ringall"]
    with ThreadPoolExecutor(len(one_by_one)) as pool:
        return dict(zip(one_by_one, pool.map(partial(_play, house), one_by_one), strict=True))


def _play(house: House, strategy: str) -> Answered:
    if strategy == "fewestcalls":
        return _with_one_away(house, strategy)
    calls = RANDOM_CALLS if strategy == "random" else CALLS
    return [_call(house, strategy, number) for number in range(calls)]


def _with_one_away(house: House, strategy: str) -> Answered:
    """The third agent comes back when the others have answered two calls each."""
    last = strategy_agents(strategy)[2]
    house.run("agents", "pause", last, "--reason", "lunch")
    first = [_call(house, strategy, number) for number in range(4)]
    house.run("agents", "unpause", last)
    return first + [_call(house, strategy, number) for number in range(4, 7)]


def _call(house: House, strategy: str, number: int) -> str:
    """The agent who answered."""
    (leg,) = [one for one in _legs(house, strategy, number) if one.talk_ms]
    return str(leg.agent)


def _legs(house: House, strategy: str, number: int) -> Sequence[Leg]:
    """Place a call and wait for its end; gives everybody who was rung."""
    own = f"1380{STRATEGIES.index(strategy):03}{number:04}"
    caller = Caller(dials=strategy_number(strategy), number=own)
    done = sipp.run(caller, house.sip, house.sipp_logs, at=TRUNK, seconds=SECONDS)
    assert (done.ok, done.failed) == (1, 0), f"{strategy}: {done.causes} {done.errors}"
    look = partial(house.rows, Call, caller=own, state="closed")
    (call,) = until(look, SECONDS, f"a closed call of {strategy}")
    return house.rows(Leg, call_id=call.call_id, kind="agent")


def places(strategy: str, found: Answered) -> list[int]:
    """Who answered, as first, second and third of the queue's list."""
    return [strategy_agents(strategy).index(agent) for agent in found]


def test_linear_asks_the_first_who_is_free(answered: dict[str, Answered]) -> None:
    assert places("linear", answered["linear"]) == [0] * CALLS


@pytest.mark.parametrize("strategy", ["rrmemory", "rrordered", "leastrecent"])
def test_everybody_in_turn(strategy: str, answered: dict[str, Answered]) -> None:
    found = places(strategy, answered[strategy])
    assert sorted(found[:3]) == [0, 1, 2]
    assert found == found[:3] * (CALLS // 3)


def test_fewestcalls_asks_who_has_answered_least(answered: dict[str, Answered]) -> None:
    found = places("fewestcalls", answered["fewestcalls"])
    assert Counter(found[:4]) == {0: 2, 1: 2}
    assert found[4:6] == [2, 2]


def test_random_asks_one_now_and_another_then(answered: dict[str, Answered]) -> None:
    found = places("random", answered["random"])
    assert len(set(found)) > 1
    assert found != found[:3] * (RANDOM_CALLS // 3)


def test_wrandom_seldom_asks_who_has_a_high_penalty(answered: dict[str, Answered]) -> None:
    assert places("wrandom", answered["wrandom"]).count(0) >= CALLS - 1


def test_ringall_rings_all_of_them_and_one_talks(house: House, phones: None) -> None:
    legs = _legs(house, "ringall", CALLS)
    assert sorted(str(leg.agent) for leg in legs) == strategy_agents("ringall")
    assert sum(leg.talk_ms > 0 for leg in legs) == 1
