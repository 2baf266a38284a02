"""Real logrotate with our file: no line of the ledger is lost or read twice, whoever writes while it works."""

from __future__ import annotations

import datetime as dt
import grp
import pwd
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from ami.tail import Position, Tail
from callcenter.ledger_format import CEL_FILE
from callcenter.queues.ledger_files import lines
from tests.ami.asterisk import ThrowAwayAsterisk
from tests.guide_pages import ROOT

LOGROTATE = shutil.which("logrotate") or "/usr/sbin/logrotate"
pytestmark = [
    pytest.mark.req("OPS-3"),
    pytest.mark.skipif(not Path(LOGROTATE).exists(), reason="logrotate is not installed: scripts/setup"),
]

LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
RELOAD = "/usr/sbin/asterisk -rx 'logger reload' > /dev/null"


class Rotation:
    """Our file of rules, for another log folder and another way to reach Asterisk."""

    def __init__(self, folder: Path, log: Path, reload: str) -> None:
        rules = (ROOT / "ops/logrotate/hotline").read_text()
        assert RELOAD in rules
        rules = rules.partition("# What hotline up writes")[0]
        rules = rules.replace("/var/log/asterisk", str(log)).replace(RELOAD, reload)
        owner = log.stat()
        self._rules = folder / "rules"
        self._rules.write_text(rules.replace("su asterisk asterisk", f"su {_name(owner.st_uid)}"))
        self._rules.chmod(0o644)
        self._state = folder / "state"

    def force(self) -> None:
        """Rotate now."""
        done = subprocess.run(
            [LOGROTATE, "-f", "-s", str(self._state), str(self._rules)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")


class Writer:
    """Keeps its file open, as Asterisk does its queue_log, until it is told to open it anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] = path.open("ab", buffering=0)
        self.written: list[bytes] = []

    def write(self, count: int) -> None:
        for _ in range(count):
            self.written.append(f"{len(self.written)}|line".encode())
            self._file.write(self.written[-1] + b"\n")

    def close(self) -> None:
        self._file.close()

    def reload(self) -> None:
        self.close()
        self._file = self._path.open("ab", buffering=0)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    (folder / "cel-custom").mkdir(parents=True)
    folder.chmod(0o750)
    return folder


@pytest.mark.parametrize("name", ["queue_log", f"cel-custom/{CEL_FILE}"])
@pytest.mark.parametrize("again", ["the same reader", "a listener that was started anew"])
def test_each_line_is_read_once_through_rotations(name: str, again: str, log: Path, tmp_path: Path) -> None:
    rotation, writer, tail = Rotation(tmp_path, log, "true"), Writer(log / name), Tail(log / name)
    read: list[bytes] = []
    for _ in range(4):
        writer.write(3)
        read += tail.read()
        writer.write(2)
        rotation.force()
        writer.write(2)  # into the file that was just renamed
        read += tail.read()
        writer.write(1)
        writer.reload()
        writer.write(2)
        if again != "the same reader":
            tail = Tail(log / name, Position(tail.position.inode, tail.position.offset))
        read += tail.read()
    writer.close()
    assert read == writer.written
    assert sorted(path.name for path in (log / name).parent.glob("*.gz")) != []
    told = "".join(lines(log / name, LONG_AGO)).encode().splitlines()
    assert told == writer.written


@pytest.fixture
def asterisk() -> Iterator[ThrowAwayAsterisk]:
    found = ThrowAwayAsterisk()
    try:
        found.start()
        yield found
    finally:
        found.remove()


@pytest.mark.asterisk
def test_a_real_asterisk_goes_on_in_a_new_queue_log(asterisk: ThrowAwayAsterisk, tmp_path: Path) -> None:
    log = asterisk.folder / "log"
    reload = " ".join(map(shlex.quote, asterisk.command("-rx", "logger reload")))
    rotation, tail = Rotation(tmp_path, log, f"{reload} > /dev/null"), Tail(log / "queue_log")
    read: list[bytes] = []
    for _ in range(2):
        asterisk.cli("logger reload")
        read += tail.read()
        asterisk.cli("logger reload")
        rotation.force()
        asterisk.cli("logger reload")
        read += tail.read()
    whole = "".join(lines(log / "queue_log", LONG_AGO)).encode().splitlines()
    assert read == whole
    assert sum(b"CONFIGRELOAD" in line for line in whole) >= 8
    assert (log / "queue_log.1").exists()
    assert (log / "queue_log").stat().st_size > 0


def _name(uid: int) -> str:
    account = pwd.getpwuid(uid)
    return f"{account.pw_name} {grp.getgrgid(account.pw_gid).gr_name}"
