"""A private PostgreSQL from the distribution's package: own folder, own socket, no TCP, nobody's password.

For the tests of both databases and for ``hotline lab``. The server trusts whoever reaches its socket; the
socket's folder can be entered by its account and root alone.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from callcenter.errors import HotlineError
from lab.account import Account, unprivileged

ROLE = "hotline"
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
"""For tests only: what a crash may lose is the test's, and their tables don't live long."""


class PrivatePostgres:
    """One server below ``home``. ``durable=False`` is for tests: no fsync, four times as fast to set up."""

    def __init__(self, home: Path, *, durable: bool = True, account: Account | None = None) -> None:
        self.home = home.absolute()
        self.data, self.socket, self.log = self.home / "data", self.home / "socket", self.home / "log.txt"
        self.durable = durable
        self.account = account or unprivileged()

    def start(self) -> None:
        """Make the cluster when there is none, start it, wait until it answers. Raises HotlineError."""
        if len(str(self.socket)) > LONGEST_SOCKET_FOLDER:
            raise HotlineError(f"{self.socket} is too long for a socket; choose a home nearer to /")
        for folder in (self.home, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
            self.account.own_one(folder)
        self.socket.chmod(0o700)
        if not self.account.can_enter(self.home):
            raise HotlineError(f"{self.home} can't be entered by the account that PostgreSQL runs under")
        if not (self.data / "PG_VERSION").exists():
            options = [] if self.durable else ["--no-sync"]
            self._run("initdb", "-U", ROLE, "-A", "trust", "-E", "UTF8", "--no-locale", *options)
        settings = ["listen_addresses=", f"unix_socket_directories={self.socket}"]
        settings += [] if self.durable else UNSAFE
        words = " ".join(f"-c {setting}" for setting in settings)
        self._run("pg_ctl", "-w", "-t", "30", "-l", str(self.log), "-o", words, "start")

    def stop(self) -> None:
        """End it at once; open transactions are rolled back. Nothing happens when it is not running."""
        if self.is_running:
            self._run("pg_ctl", "-w", "-t", "30", "-m", "fast", "stop")

    @property
    def is_running(self) -> bool:
        return self._code("pg_ctl", "status") == 0

    def url(self, database: str = "postgres") -> str:
        """The database's SQLAlchemy URL, for psycopg 3."""
        return f"postgresql+psycopg://{ROLE}@/{database}?host={self.socket}"

    def create(self, database: str, like: str = "template1") -> str:
        """Make a database, gone first when it is there; gives its URL: empty, or as ``like``, which nobody uses."""
        name = sql.Identifier(database)
        with psycopg.connect(user=ROLE, host=str(self.socket), dbname="postgres", autocommit=True) as line:
            line.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            line.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(like)))
        return self.url(database)

    def _run(self, program: str, *options: str) -> None:
        if self._code(program, *options) != 0:
            raise HotlineError(f"PostgreSQL: {program} failed; see {self.home}/setup.txt and {self.log}")

    def _code(self, program: str, *options: str) -> int:
        command = [*self.account.drop_prefix(), str(programs() / program), "-D", str(self.data), *options]
        with (self.home / "setup.txt").open("ab") as out:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.home, check=False
            )
        return done.returncode


def programs() -> Path:
    """The newest installed server's folder of programs. Raises HotlineError when there is none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found:
        raise HotlineError("PostgreSQL is not installed; run scripts/setup")
    return max(found, key=lambda folder: [int(part) for part in re.findall(r"\d+", str(folder))])
