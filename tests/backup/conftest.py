"""An installation with something of everything in it, and an empty machine, on either engine."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, create_engine

import schema.session
from callcenter.journal import Journal
from callcenter.settings import Settings
from callcenter.site_file import store as site_store
from cli import Hotline, main
from schema.calls import Call, Leg, Recording, Visit
from schema.upgrade import upgrade
from tests.conftest import BOTH
from tests.sample import sample_site

AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
CALLS = 300
ENGINES: list[Engine] = []
SOUND = "2026/03/02/010000-service-1001-hotline-1.1.wav"


@dataclass(frozen=True)
class Machine:
    """A home folder and a database."""

    home: Path
    url: str

    def run(self, *words: str, agi_port: int = 24998, **options: object) -> Result:
        """A command of the program, here; nobody listens at ``agi_port`` unless a test does."""
        before = len(ENGINES)
        environment = {
            "HOTLINE_DATABASE_URL": self.url,
            "HOTLINE_AGI_PORT": str(agi_port),
            "HOTLINE_AMI_PORT": "24999",
        }
        done = CliRunner().invoke(main, ["--home", str(self.home), *words], env=environment, **options)  # type: ignore[arg-type]
        for engine in ENGINES[before:]:
            engine.dispose()
        return done

    def done(self, *words: str) -> str:
        """What a command says that does its work."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    @property
    def app(self) -> Hotline:
        """The program, here."""
        return Hotline(Settings(home=self.home, database_url=self.url))


Machines = Callable[[], Machine]


@pytest.fixture(autouse=True)
def connections_end_with_their_command(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As with a process of its own."""

    def kept(*given: Any, **options: Any) -> Engine:
        ENGINES.append(create_engine(*given, **options))
        return ENGINES[-1]

    monkeypatch.setattr(schema.session, "create_engine", kept)
    yield
    while ENGINES:
        ENGINES.pop().dispose()


@pytest.fixture(scope="module", params=BOTH)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def machines(request: pytest.FixtureRequest, engine_name: str, tmp_path: Path) -> Machines:
    """Empty machines, as many as one likes."""

    def empty() -> Machine:
        name = uuid.uuid4().hex
        return machine_at(request, engine_name, tmp_path / name, f"test_{name}")

    return empty


def machine_at(
    request: pytest.FixtureRequest, engine_name: str, home: Path, database: str, like: str = "template1"
) -> Machine:
    """On this engine; in PostgreSQL its database is new, or as another one."""
    if engine_name == "sqlite":
        return Machine(home, f"sqlite:///{home}/database/hotline.db")
    return Machine(home, request.getfixturevalue("postgres").create(database, like))


FILLED = "filled"


@pytest.fixture(scope="module")
def filled(
    request: pytest.FixtureRequest, engine_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Machine:
    """The sample site, calls, a recording, a secret, a live configuration and a fact on its way; to be copied."""
    machine = machine_at(request, engine_name, tmp_path_factory.mktemp(FILLED) / "home", FILLED)
    app = machine.app
    upgrade(app.engine())
    with app.sessions().begin() as session:
        site_store.save(session, sample_site(), "anna", app.clock)
        for number in range(CALLS):
            name, at = f"hotline-{number}.0", AT + number * SECOND
            session.add(
                Call(
                    call_id=name,
                    direction="inbound",
                    started_at=at,
                    ended_at=at,
                    state="closed",
                    caller="138",
                )
            )
            session.add(Visit(call_id=name, number=1, queue="service", joined_at=at, outcome="abandoned"))
        session.add(
            Leg(
                call_id="hotline-1.0",
                uniqueid="hotline-1.1",
                kind="agent",
                channel="PJSIP/s8001-1",
                started_at=AT,
            )
        )
        session.add(
            Recording(
                call_id="hotline-1.0",
                uniqueid="hotline-1.1",
                state="ready",
                started_at=AT,
                duration_ms=1000,
                path=SOUND,
            )
        )
    app.secrets.set("trunk/sip", "typed-by-the-provider")
    write(app.settings.recordings / SOUND, b"RIFF")
    write(app.settings.prompts / "zh/welcome.wav", b"spoken")
    write(app.settings.etc / "hotline.versions/3/pjsip.conf", b"[s8001]", 0o640)
    write(app.settings.etc / "operator.d/mine.conf", b"; mine")
    (app.settings.etc / "hotline.d").symlink_to("hotline.versions/3")
    journal = Journal(app.settings.journal, "agi")
    journal.put("step", "hotline-5.0", {"at": AT, "number": 1, "step": "menu", "kind": "menu"})
    journal.close()
    app.engine().dispose()
    return machine


@pytest.fixture
def full(request: pytest.FixtureRequest, engine_name: str, filled: Machine, tmp_path: Path) -> Machine:
    """A copy of ``filled``."""
    name = uuid.uuid4().hex
    home = Path(shutil.copytree(filled.home, tmp_path / name, symlinks=True))
    return machine_at(request, engine_name, home, f"test_{name}", like=FILLED)


def write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """A file, and the folders it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.chmod(path, mode)  # noqa: PTH101
