"""An installation with faults a test makes: a real database, real files, and one real Asterisk for all."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from callcenter.prompt_index import SILENCE, PromptIndex, PromptState, Sound
from callcenter.settings import Settings
from callcenter.site import Site
from callcenter.site_file import store as site_store
from cli import Hotline
from doctor.findings import Look
from lab.asterisk_root import ensure
from lab.home import temporary_home
from lab.instance import AsteriskInstance
from prompts.build import Built, Progress
from prompts.cache import PromptCache
from prompts.tones import build_system
from schema.upgrade import upgrade
from tests.sample import sample_site

SPRING_2026 = dt.datetime(2026, 4, 7, 8, 0, tzinfo=dt.UTC)
FIRST = 24100 + 20 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PORTS = {"sip_port": FIRST, "ami_port": FIRST + 2, "agi_port": FIRST + 3, "http_port": FIRST + 4}
"""Each of pytest's workers has its own."""


class House(Hotline):
    """The program, with a clock a test can set and a configuration that needs no prompts."""

    spoken: Sequence[PromptState] | None = ()
    now: dt.datetime | None = None

    def clock(self) -> dt.datetime:  # type: ignore[override]  # the program's own is a static method
        """The moment a test has set, else now."""
        return self.now or Hotline.clock()

    def prompt_states(self) -> list[PromptState]:
        """None needed, unless a test wants the real ones (``spoken = None``)."""
        return super().prompt_states() if self.spoken is None else list(self.spoken)

    def build_prompts(
        self, progress: Callable[[Progress], None] = lambda _: None, site: Site | None = None
    ) -> Built:
        """No speech: every prompt is silence."""
        system = build_system(PromptCache(self.settings.prompts))
        silence = Sound(str(system[SILENCE].with_suffix("")), 100)
        return Built(PromptIndex(silence, {}), made=0, cached=0, problems=[])


def make(home: Path) -> House:
    """A house in ``home`` with the sample site in its database."""
    house = House(Settings(home=home, **PORTS))
    upgrade(house.engine())
    with house.sessions().begin() as session:
        site_store.save(session, sample_site(), "test", house.clock)
    return house


@pytest.fixture
def empty(tmp_path: Path) -> House:
    """Nothing but a folder."""
    return House(Settings(home=tmp_path, **PORTS))


@pytest.fixture
def house(tmp_path: Path, home_with_site: Path) -> House:
    """A database with the sample site; no Asterisk."""
    shutil.copytree(home_with_site, tmp_path, dirs_exist_ok=True)
    return House(Settings(home=tmp_path, **PORTS))


@pytest.fixture
def look(house: House) -> Look:
    """A look at ``house``."""
    return Look(house)


@pytest.fixture(scope="session")
def running_house() -> Iterator[House]:
    """A house whose configuration is live in a running Asterisk."""
    with temporary_home() as home:
        house = make(home)
        asterisk = AsteriskInstance(ensure(print), house.settings.etc.parent, name="doctor")
        asterisk.prepare()
        house.applier().apply(house.rendered())
        asterisk.start()
        yield house
        asterisk.stop()
