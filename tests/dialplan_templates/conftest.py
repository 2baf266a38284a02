"""The small site of the golden files, and Asterisks booted on rendered sites."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from callcenter.site import Site
from dialplan_templates.render import render
from tests.dialplan_templates.throwaway import Asterisk, deployment, lay_out, start
from tests.memory import folder_in_memory

SMALL_SITE = Path(__file__).parent.parent / "golden" / "small_site.json"
Boot = Callable[..., Asterisk]


@pytest.fixture(scope="module")
def boot() -> Iterator[Boot]:
    """Gives ``boot(site, more_files)``: an Asterisk on the rendered site, stopped after the module."""
    running: list[Asterisk] = []
    homes: list[Path] = []

    def boot_site(site: Site, more: Mapping[str, str] | None = None) -> Asterisk:
        homes.append(home := Path(tempfile.mkdtemp(prefix="hotline-templates-")))
        home.chmod(0o755)
        where = deployment(home)
        lay_out(home, {**render(site, where), **(more or {})}, where)
        running.append(start(home))
        return running[-1]

    yield boot_site
    for asterisk in running:
        asterisk.process.terminate()
        asterisk.process.wait(30)
    for home in homes:
        shutil.rmtree(home)


@pytest.fixture
def memory() -> Iterator[Path]:
    """Thousands of files are synced one by one."""
    with folder_in_memory() as folder:
        yield folder


@pytest.fixture(scope="session")
def small_site() -> Site:
    """A bilingual help line with a trunk of every kind, a seat of every kind and no boards."""
    return Site.model_validate_json(SMALL_SITE.read_text())
