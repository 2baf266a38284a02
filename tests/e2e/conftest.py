"""One running Hotline for all end-to-end tests, every harmless case played on it at once, and a few for the others."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import pytest

from lab.home import temporary_home
from tests.e2e.apart import house_apart, may_be_apart
from tests.e2e.case import Case
from tests.e2e.house import House, one_at_a_time
from tests.e2e.runner import Played, play_in_time

AT_ONCE = 6
HOUSES_APART = 2
FIGURES = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in one worker of pytest-xdist, whose other workers have no house; first what is played beside others."""
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("house"))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """First what has ``played`` begin the cases; they are waited for after the tests that go on beside them."""
    names = getattr(item, "fixturenames", [])
    if "idle_house" in names:
        return 3
    return 2 if "case" in names else int("played" not in names)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What was measured, under the results."""
    for line in config.stash[FIGURES]:
        terminalreporter.write_line(line)


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[[str, float, str], None]:
    """Tell a figure of this test: name, value, unit."""

    def tell(name: str, value: float, unit: str = "s") -> None:
        request.config.stash[FIGURES].append(f"measured  {value:9.3f} {unit:<3} {request.node.name}: {name}")

    return tell


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """A whole Hotline, shared."""
    with one_at_a_time(), temporary_home() as home:
        house = House(home)
        try:
            house.up()
            yield house
        finally:
            house.down()


@pytest.fixture(scope="session")
def chosen(request: pytest.FixtureRequest) -> list[Case]:
    """The cases among the chosen tests."""
    return [
        item.callspec.params["case"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec") and "case" in item.callspec.params
    ]


@pytest.fixture(scope="session")
def played_alone(house: House, chosen: list[Case]) -> Iterator[dict[str, Future[Played]]]:
    """The cases that need a house to themselves, begun in others; none where there can be no others."""
    alone = [case for case in chosen if case.alone]
    if not alone or not may_be_apart():
        yield {}
        return
    with ExitStack() as stack:
        apart = [stack.enter_context(house_apart(house)) for _ in range(min(HOUSES_APART, len(alone)))]
        turns = zip(alone, itertools.cycle(apart), strict=False)
        yield {case.name: other.submit(partial(play_in_time, case)) for case, other in turns}


@pytest.fixture(scope="session")
def played(
    house: House, chosen: list[Case], played_alone: dict[str, Future[Played]]
) -> Iterator[dict[str, Future[Played]]]:
    """The harmless cases, each begun when the queues it needs are free."""
    queues = {queue: threading.Lock() for case in chosen for queue in case.uses}

    def turn(case: Case) -> Played:
        with ExitStack() as stack:
            for queue in sorted(case.uses):
                stack.enter_context(queues[queue])
            return play_in_time(case, house)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {case.name: pool.submit(turn, case) for case in chosen if not case.alone}


@pytest.fixture
def idle_house(house: House) -> Iterator[House]:
    """The house with no call in it, before and after; nothing is left of the test's calls."""
    house.asterisk.wait_idle(30)
    yield house
    try:
        house.asterisk.wait_idle(10)
    finally:
        house.asterisk.rx("channel request hangup all")
