"""Makes a lab ready for calls: does what is missing, finds what is there. ``hotline up --lab`` and the demo use it."""

from __future__ import annotations

import fcntl
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callcenter.errors import HotlineError, NotFound
from callcenter.ports import App
from callcenter.site import Site
from callcenter.site_file import store as site_store
from callcenter.site_file.document import load
from lab.asterisk_root import ensure
from lab.commands import start
from lab.instance import AsteriskInstance
from lab.ports import ASTERISK_PORTS, need_free
from lab.progress import Progress
from schema.upgrade import upgrade

SAMPLE = Path(__file__).parents[1] / "samples" / "telecom_zh_en.yaml"


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the home for this process. Raises HotlineError when another one has it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HotlineError(f"Hotline already runs in {home}; stop it first") from None
        yield


def find_asterisk(app: App, progress: Progress) -> AsteriskInstance:
    """The lab's Asterisk, running or not; built where the machine has none."""
    with progress.phase("Asterisk") as say:
        program = ensure(say)
    return AsteriskInstance(program, app.settings.etc.parent, name=app.settings.system_name)


def set_up_database(app: App, progress: Progress) -> None:
    """The tables as this program needs them."""
    with progress.phase("database"):
        upgrade(app.engine())


def load_sample(app: App, progress: Progress) -> None:
    """The sample site, where the database has none."""
    try:
        app.site()
    except NotFound:
        with progress.phase("sample site"):
            save(app, load(SAMPLE))


def save(app: App, site: Site) -> None:
    """Save a checked site, as ``hotline site load`` does."""
    with app.sessions().begin() as session:
        site_store.save(session, site, getpass.getuser(), app.clock)


def make_prompts(app: App, progress: Progress) -> None:
    """Every sound of the site."""
    with progress.phase("prompts") as say:
        built = app.build_prompts(lambda step: say(f"{step.done} of {step.total} {step.name}"))
        for problem in built.problems:
            say(problem)


@contextmanager
def live(app: App, asterisk: AsteriskInstance, progress: Progress) -> Iterator[None]:
    """The configuration live in the lab's Asterisk, which is started when it is down, and then stopped again."""
    was_running = asterisk.is_running
    if not was_running:
        need_free(app.settings, ASTERISK_PORTS)
    try:
        with progress.phase("configuration live"):
            start(app, asterisk, progress.line)
        yield
    finally:
        if not was_running:
            asterisk.stop()
