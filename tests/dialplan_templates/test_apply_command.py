"""``hotline apply`` as a process, killed at its decisive moments with a real Asterisk up; and what it prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from callcenter.asterisk_console import rx
from callcenter.settings import Settings
from callcenter.site import Site
from callcenter.site_file import store as site_store
from cli import Hotline, main
from dialplan_templates.versions import Versions
from lab.asterisk_root import ensure
from lab.home import temporary_home
from lab.instance import AsteriskInstance
from schema.config import Audit, ConfigVersion
from schema.site import FlowVersion
from schema.upgrade import upgrade
from tests.json_keys import lost_of
from tests.sounds import give_sounds

pytestmark = [pytest.mark.asterisk, pytest.mark.req("GW-6")]
ROOT = Path(__file__).parents[2]
PORTS = {"sip_port": 23260, "ami_port": 23238, "agi_port": 23273, "http_port": 23288}
KILLED_BEFORE = """
import os, signal, sys
words, left = sys.argv[1], int(sys.argv[2])
def count(event, arguments):
    global left
    if event in ("os.rename", "os.symlink", "os.remove") and words in str(arguments):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
from cli import main
main(["apply"])
"""
MOMENTS = {
    "before the version has its number": ("etc/hotline.versions/.staging", 0),
    "before the swap": (".hotline.d.new", 1),
    "when all is done but the note is there": ("pending.json'", 0),
}
"""A word of the path, and how many operations on such a path are let through."""
QUEUE = {"kind": "queue", "queue": "sales", "timeout": "@hangup", "full": "@hangup", "nobody": "@hangup"}
FLOW = {
    "name": "main",
    "title": "Main",
    "language": "zh",
    "start": "wait",
    "operator": "wait",
    "steps": {"wait": QUEUE},
}
SITE = {
    "name": "x",
    "title": "x",
    "timezone": "Asia/Shanghai",
    "languages": ["zh"],
    "seats": [{"name": "desk", "number": "8001", "title": "Desk"}],
    "queues": [{"name": "sales", "title": "Sales"}],
    "flows": [FLOW],
}


@dataclass
class Machine:
    """An installation with a running Asterisk."""

    app: Hotline
    asterisk: AsteriskInstance

    def save(self, max_waiting: int) -> None:
        """A site with this limit of its queue."""
        queues = [{"name": "sales", "title": "Sales", "max_waiting": max_waiting}]
        with self.app.sessions().begin() as session:
            site_store.save(session, Site.model_validate({**SITE, "queues": queues}), "test", self.app.clock)

    def killed(self, *words: str) -> subprocess.CompletedProcess[str]:
        """``hotline apply`` as a process that ends itself (``KILLED_BEFORE``)."""
        env = {**os.environ, **self._settings, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", KILLED_BEFORE, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env=env, cwd=ROOT)

    def hotline(self, *words: str) -> Result:
        return CliRunner(env=self._settings).invoke(main, words, prog_name="hotline")

    @property
    def _settings(self) -> dict[str, str]:
        ports = {f"HOTLINE_{name.upper()}": str(number) for name, number in PORTS.items()}
        return {"HOTLINE_HOME": str(self.app.settings.home), **ports}

    @property
    def versions(self) -> Versions:
        return Versions(self.app.settings.etc)

    def limit_on_disk(self) -> str:
        """The queue's limit in the live version, which is as its manifest says."""
        live = self.versions.live()
        assert self.versions.edited(live) == []
        return self.versions.files(live)["queues/10-queues.conf"].partition("maxlen = ")[2].split()[0]

    def limit_in_asterisk(self) -> str:
        return rx(self.asterisk.control, "queue show sales").partition("(max ")[2].partition(")")[0]


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with temporary_home() as home:
        app = Hotline(Settings(home=home, **PORTS))
        upgrade(app.engine())
        asterisk = AsteriskInstance(ensure(print), app.settings.etc.parent, isolated=True)
        machine = Machine(app, asterisk)
        machine.save(10)
        give_sounds(app.settings.prompts)
        asterisk.prepare()
        app.applier().apply(app.rendered())
        asterisk.start()
        try:
            yield machine
        finally:
            asterisk.stop()
            app.engine().dispose()


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_apply_killed_at_a_moment_leaves_old_or_new_and_the_next_settles_it(
    machine: Machine, moment: str
) -> None:
    words, let_through = MOMENTS[moment]
    old = machine.limit_on_disk()
    new = str(int(old) + 1)
    machine.save(int(new))
    killed = machine.killed(words, str(let_through))
    assert killed.returncode == -9, killed.stderr
    assert machine.limit_on_disk() in (old, new)
    done = machine.hotline("apply")
    assert done.exit_code == 0, done.stderr
    assert (machine.limit_on_disk(), machine.limit_in_asterisk()) == (new, new)
    with machine.app.sessions(read_only=True)() as session:
        states = {row.number: row.state for row in session.scalars(select(ConfigVersion))}
    assert [number for number, state in states.items() if state == "live"] == [machine.versions.live()]
    assert "staged" not in states.values()


def test_a_plan_tells_what_would_change_and_ends_with_2(machine: Machine) -> None:
    assert machine.hotline("apply").exit_code == 0
    nothing = machine.hotline("plan")
    assert (nothing.exit_code, nothing.stdout) == (0, "nothing to apply\n")
    machine.save(77)
    found = machine.hotline("plan", "--full")
    assert found.exit_code == 2
    assert "~ queues/10-queues.conf\n" in found.stdout
    assert "\n+maxlen = 77\n" in found.stdout
    as_json = machine.hotline("plan", "--json")
    assert as_json.exit_code == 2
    told = json.loads(as_json.stdout)
    assert told["changed"] == ["queues/10-queues.conf", "site.json"]
    assert lost_of("plan", told) == []


def test_what_is_live_is_published_and_written_down(machine: Machine) -> None:
    done = machine.hotline("apply", "--json")
    assert lost_of("apply", json.loads(done.stdout)) == []
    with machine.app.sessions(read_only=True)() as session:
        assert set(session.scalars(select(FlowVersion.state))) == {"published"}
        actions = list(session.scalars(select(Audit.action).order_by(Audit.id)))
    assert "site.publish" in actions
    assert actions[-1] == "config.live"


def test_the_way_back_and_the_history_are_told(machine: Machine) -> None:
    before = machine.versions.live()
    assert before is not None
    done = machine.hotline("rollback")
    assert done.stdout == f"version {before + 1} is live; reloaded queues\n"
    newest, *older = json.loads(machine.hotline("history", "--json").stdout)
    assert (newest["state"], newest["number"]) == ("live", before + 1)
    assert newest["note"].endswith(" again")
    assert lost_of("rollback", json.loads(machine.hotline("rollback", "--json").stdout)) == []
    assert {row["state"] for row in older} <= {"former", "failed"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("rollback", "777"), "hotline: there is no version 777 that was live; see hotline history\n"),
        (("render", "--out", "/proc/nowhere"), "hotline: /proc/nowhere"),
    ],
)
def test_an_error_is_one_line(machine: Machine, words: tuple[str, ...], says: str) -> None:
    done = machine.hotline(*words)
    assert done.exit_code == 1
    assert done.stderr.startswith(says)
    assert done.stderr.count("\n") == 1


def test_rendered_files_are_for_nobody_else(machine: Machine) -> None:
    out = machine.app.settings.home / "out"
    assert machine.hotline("render", "--out", str(out)).exit_code == 0
    files = [path for path in out.rglob("*") if path.is_file()]
    assert out / "pjsip/auths-00.conf" in files
    assert {path.stat().st_mode & 0o777 for path in files} == {0o640}
