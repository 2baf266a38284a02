"""A house for each kind of faults, its listener behind a line that can be cut, and a row for each test."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TypeVar

import pytest
from ruamel.yaml import YAML
from typing_extensions import override

from lab.home import temporary_home
from tests.chaos.proxy import Proxy
from tests.chaos.results import Row, keep
from tests.e2e.crowd import CROWD_LINE, Phones, crowd
from tests.e2e.house import AMI, BOOT_SECONDS, House, one_at_a_time
from tests.e2e.until import until

FILES = 8192
RESULT = pytest.StashKey[bool]()
AnyHouse = TypeVar("AnyHouse", bound="ChaosHouse")


class ChaosHouse(House):
    """The house of the end-to-end tests; its listener reaches Asterisk by way of ``line``."""

    line: Proxy

    @override
    def load(self, text: str) -> None:
        """The trunk's static menu leads to the crowd: without FastAGI its callers reach agents as well."""
        found = YAML(typ="safe").load(text)
        next(trunk for trunk in found["trunks"] if trunk["name"] == "e1")["fallback_flow"] = CROWD_LINE
        out = StringIO()
        YAML(typ="safe").dump(found, out)
        super().load(out.getvalue())

    @override
    def start_ami(self) -> None:
        self.ami.start(self._environment() | {"HOTLINE_AMI_PORT": str(self.line.port)})
        until(self.is_followed, BOOT_SECONDS, "the listener is connected")


@contextmanager
def whole(make: Callable[[Path], AnyHouse]) -> Iterator[AnyHouse]:
    """A whole Hotline at work, below a home of its own."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most), most))
    with one_at_a_time(), temporary_home() as home:
        found = make(home)
        found.line = Proxy(AMI)
        try:
            found.up()
            yield found
        finally:
            found.down()
            found.line.close()


@pytest.fixture(scope="module")
def house() -> Iterator[ChaosHouse]:
    """The house of a kind of faults."""
    with whole(ChaosHouse) as found:
        yield found


@pytest.fixture
def quiet_house(house: ChaosHouse) -> Iterator[ChaosHouse]:
    """Without a call, before and after, and with all that a test before may have left broken at work."""
    house.line.speak_if_silent()
    started = ((house.agi, house.start_agi), (house.ami, house.start_ami), (house.worker, house.start_worker))
    for process, start in started:
        if not process.is_running:
            start()
    house.asterisk.wait_idle(30)
    yield house
    house.asterisk.rx("channel request hangup all")
    house.asterisk.wait_idle(30)


@pytest.fixture
def phones(quiet_house: ChaosHouse) -> Iterator[Phones]:
    """Thirty agents who ring for 0.3 s and talk for 1.8 s."""
    with crowd(quiet_house, rings_ms=300, talk_seconds=1.8) as found:
        yield found


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Whether the test itself passed, for its row."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.when == "call":
        item.stash[RESULT] = report.passed


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Iterator[Callable[..., Row]]:
    """Makes the test's row, which is kept at its end, met or missed."""
    rows: list[Row] = []

    def make(fault: str, goal: str, size: str) -> Row:
        rows.append(Row(fault, goal, size))
        return rows[-1]

    yield make
    for each in rows:
        each.met = request.node.stash.get(RESULT, False)
        keep(request.node.name, each)
