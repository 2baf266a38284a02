"""What every test may use: both databases, quick properties, and the proof that nothing outlives a session."""

from __future__ import annotations

import gc
import logging
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner
from hypothesis import settings
from sqlalchemy import Engine

import schema.session
from callcenter.logging import Libraries
from callcenter.site_file import document
from callcenter.site_file.yaml_lines import Tree
from cli import main
from lab.home import temporary_home
from lab.media import end_media_process
from lab.postgres import PrivatePostgres
from schema.session import session_factory
from tests.databases import Sessions, migrate, postgres_as_new, sqlite_as_new
from tests.memory import folder_in_memory
from tests.once import once
from tests.sample import SAMPLE

gc.disable()  # until all tests are collected: nearly all that is made stays
settings.register_profile("hotline", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=25)
"""For ``make test-unit``; ``make test`` tries four times as many."""
settings.load_profile("hotline")

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]

MARK = "HOTLINE_TEST_SESSION"
"""In the environment of every process that a test session starts, and of theirs."""
SESSION = uuid.uuid4().hex


def left_behind() -> dict[int, str]:
    """The processes of this session that still run: id and command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={SESSION}".encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    found.pop(os.getpid(), None)
    return found


TOGETHER = ("doctor", "dialplan_templates", "measurements", "phones", "prompts")
"""Folders whose tests share what is dear: a running Asterisk, and with it ports, or a site's sounds.

One worker plays each of them.
"""


@pytest.hookimpl(tryfirst=True)  # before xdist looks for groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.parent.name
        if folder in TOGETHER:
            item.add_marker(pytest.mark.xdist_group(folder))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What the collected tests hold stays to the end: the garbage collector need not look at it again and again."""
    _refuse_lost_groups(session)
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)  # after pytest has written them down
def pytest_sessionfinish(session: pytest.Session) -> None:
    """What failed goes by its name without the group, so that it is found when it is run once more."""
    if hasattr(session.config, "workerinput"):
        return
    if session.config.getoption("numprocesses", None):
        gc.freeze()  # it has run no test, and pytest looks five times for what tests left: a second and a half
    if session.config.cache is None:
        return
    failed = session.config.cache.get("cache/lastfailed", {})
    named = {re.sub(r"@\w+$", "", name): True for name in sorted(failed)}
    session.config.cache.set("cache/lastfailed", named)


def _refuse_lost_groups(session: pytest.Session) -> None:
    """Some pairs of pytest and pytest-xdist lose the groups without a word; a group's tests then meet on a port."""
    if not getattr(session.config.option, "loadgroup", False):
        return
    lost = [
        item for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid
    ]
    if lost:
        raise pytest.UsageError(f"pytest-xdist does not keep groups together: {lost[0].nodeid} is in none")


@pytest.fixture(scope="session", autouse=True)
def nothing_outlives_the_session() -> Iterator[None]:
    os.environ[MARK] = SESSION
    yield
    end_media_process()
    assert left_behind() == {}


@pytest.fixture(autouse=True)
def logs_are_set_up_anew() -> Iterator[None]:
    """A command or process that a test runs sets up the logs of the whole program."""
    yield
    structlog.reset_defaults()
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, Libraries)]
    if root.level != logging.WARNING:  # setting it empties what every logger has found out
        root.setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A running private PostgreSQL; a crash of the machine may lose what is in it."""
    with temporary_home() as home:
        server = PrivatePostgres(home, durable=False)
        server.start()
        yield server
        server.stop()


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on either engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/hotline.db"
    server: PrivatePostgres = request.getfixturevalue("postgres")
    return server.create(f"test_{uuid.uuid4().hex}")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and no rows, to be copied."""

    def fill(folder: Path) -> None:
        migrate(f"sqlite:///{folder}/hotline.db")

    return once(tmp_path_factory, "migrated", fill) / "hotline.db"


@pytest.fixture(scope="session")
def filled_anew() -> Iterator[Path]:
    """The folder of an SQLite file for one test after the other."""
    with folder_in_memory() as folder:
        yield folder


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PrivatePostgres) -> str:
    """The address of a PostgreSQL database with all tables, for one test after the other."""
    return migrate(postgres.create("migrated"))


@pytest.fixture(scope="session")
def home_with_site(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    """A home with a database and the sample site in it, to be copied."""

    def fill(home: Path) -> None:
        (home / "database").mkdir()
        shutil.copy(migrated, home / "database")
        loaded = CliRunner().invoke(main, ["--home", str(home), "site", "load", str(SAMPLE)])
        assert loaded.exit_code == 0, loaded.output

    return once(tmp_path_factory, "home_with_site", fill)


@pytest.fixture(scope="session", autouse=True)
def durable() -> Iterator[tuple[str, ...]]:
    """What the program tells SQLite. Tests wait for no disk: a crash of the machine may lose what is theirs."""
    real = schema.session._ON_CONNECT
    with pytest.MonkeyPatch.context() as patch:
        quick = tuple(pragma.replace("synchronous = FULL", "synchronous = OFF") for pragma in real)
        patch.setattr(schema.session, "_ON_CONNECT", quick)
        yield real


@pytest.fixture(scope="session", autouse=True)
def a_site_file_is_parsed_once() -> Iterator[None]:
    """In a process, however often its text is loaded: the sample takes a tenth of a second each time."""
    known = lru_cache(maxsize=32)(document.parse)

    def parsed(text: str) -> Tree:
        tree = known(text)
        return Tree(deepcopy(tree.data), dict(tree.lines), list(tree.findings), tree.broken)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "parse", parsed)
        yield


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, migrated: Path) -> Iterator[Engine]:
    """An engine on a database with all tables and no rows, on either engine."""
    if request.param == "sqlite":
        engine = sqlite_as_new(migrated, request.getfixturevalue("filled_anew"))
    else:
        engine = postgres_as_new(request.getfixturevalue("migrated_postgres"))
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(database: Engine) -> Sessions:
    """Sessions on ``database``, as the program makes them."""
    return session_factory(database)
