"""One private Asterisk: its folders below a home, its start as a child, its console, its end.

Hotline's own parts never start an Asterisk; ``hotline lab`` and the tests do. What stands in ``etc`` besides
asterisk.conf is the caller's.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from callcenter import asterisk_console as console
from callcenter.errors import HotlineError, Unreachable
from callcenter.machine_name import name_trouble
from lab import namespace, processes
from lab.account import Account, unprivileged
from lab.asterisk_root import AsteriskProgram

FOLDERS = (
    "etc",
    "run",
    "log",
    "log/cel-custom",
    "lib",
    "lib/keys",
    "spool",
)
ENDS_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL", "--")
"""Who tried something in an isolated one and was killed can't end it; nobody else would."""
SPOOLS = ("spool/voicemail", "spool/outgoing", "spool/recording", "spool/system", "spool/tmp")


class AsteriskInstance:
    """A private Asterisk in ``home``. With ``isolated`` it has a network of its own and reaches nobody.

    ``name`` is the systemname that stands before every uniqueid. First ``prepare()``, then fill ``etc``,
    then ``start()``.
    """

    def __init__(
        self,
        program: AsteriskProgram,
        home: Path,
        *,
        name: str = "hotline",
        account: Account | None = None,
        isolated: bool = False,
    ) -> None:
        self.program = program
        self.home = home.absolute()
        self.name = name
        self.account = account or unprivileged()
        self.isolated = isolated
        self.etc, self.run, self.log = self.home / "etc", self.home / "run", self.home / "log"
        self.spool, self.lib = self.home / "spool", self.home / "lib"
        self.conf, self.control = self.etc / "asterisk.conf", self.run / "asterisk.ctl"
        self._child: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Make the folders, write asterisk.conf, give both to the account. Raises HotlineError."""
        if len(str(self.control)) > console.LONGEST_PATH:
            raise HotlineError(f"{self.control} is too long for a socket; choose a home nearer to /")
        for folder in FOLDERS + SPOOLS:
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        if not self.account.can_enter(self.home):
            raise HotlineError(f"{self.home} can't be entered by the account that Asterisk runs under")
        self.conf.write_text(self._asterisk_conf())
        for folder in FOLDERS + SPOOLS:
            self.account.own_one(self.home / folder)
        self.account.own(self.etc)

    def start(self, seconds: float = 60.0) -> None:
        """Start it and wait until it is fully booted. Raises HotlineError with its last words."""
        if self.is_running:
            raise HotlineError(f"an Asterisk already runs in {self.home}")
        if trouble := name_trouble():
            raise HotlineError(trouble)
        self.account.own(self.etc)
        self.control.unlink(missing_ok=True)
        with (self.log / "console.txt").open("ab") as out:
            self._child = subprocess.Popen(
                self._argv(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.home,
                process_group=0,
            )
        self._wait_ready(self._child, time.monotonic() + seconds)

    def stop(self, seconds: float = 10.0) -> bool:
        """Hang up all calls and end it; killed when it has not ended by then. True when it went by itself."""
        pid = self.pid
        clean = True if pid is None else processes.end(pid, seconds)
        if self._child is not None:
            self._child.wait()
            self._child = None
        return clean

    def rx(self, command: str, seconds: float = 10.0) -> str:
        """What one console command prints. Raises Unreachable."""
        return console.rx(self.control, command, seconds)

    def channels(self) -> list[str]:
        """The names of the channels that are up."""
        lines = self.rx("core show channels concise").splitlines()
        return [line.partition("!")[0] for line in lines if "!" in line]

    def wait_idle(self, seconds: float = 5.0) -> None:
        """Return when no channel is up. Raises HotlineError with those that stay."""
        until = time.monotonic() + seconds
        while left := self.channels():
            if time.monotonic() > until:
                raise HotlineError(f"channels left behind: {', '.join(left)}")
            time.sleep(0.01)

    @property
    def pid(self) -> int | None:
        """Its process, also when another program started it; None when it is not running."""
        if self._child is not None:
            return self._child.pid if self._child.poll() is None else None
        try:
            pid = int((self.run / "asterisk.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return pid if str(self.conf) in processes.command_line(pid) else None

    @property
    def is_running(self) -> bool:
        return self.pid is not None

    def cpu_seconds(self) -> float:
        """CPU seconds it has used since its start."""
        return processes.cpu_seconds(self._running_pid())

    def rss(self) -> int:
        """Bytes of memory it holds."""
        return processes.resident_bytes(self._running_pid())

    def fds(self) -> int:
        """File descriptors it has open."""
        return processes.open_files(self._running_pid())

    def last_words(self, lines: int = 8) -> str:
        """The end of what it printed outside its own log files."""
        text = (self.log / "console.txt").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _running_pid(self) -> int:
        if (pid := self.pid) is None:
            raise Unreachable(f"no Asterisk runs in {self.home}")
        return pid

    def _argv(self) -> list[str]:
        asterisk = [*self.program.argv, "-f", "-C", str(self.conf)]
        if not self.isolated:
            return [*self.account.drop_prefix(), *asterisk]
        return [*namespace.prefix(), *self.account.drop_prefix(), *ENDS_WITH_PARENT, *asterisk]

    def _asterisk_conf(self) -> str:
        folders = {
            "astetcdir": self.etc,
            "astmoddir": self.program.modules,
            "astvarlibdir": self.lib,
            "astdbdir": self.lib,
            "astkeydir": self.lib,
            "astagidir": self.lib,
            "astdatadir": self.program.data,
            "astspooldir": self.spool,
            "astrundir": self.run,
            "astlogdir": self.log,
        }
        lines = [f"{key} => {folder}" for key, folder in folders.items()]
        return "\n".join(["[directories]", *lines, "", "[options]", f"systemname = {self.name}", ""])

    def _wait_ready(self, child: subprocess.Popen[bytes], until: float) -> None:
        """Its control socket appears after some 50 ms; from then on the console itself waits for the boot."""
        while not self._says_booted(until):
            try:
                child.wait(timeout=0.01)
            except subprocess.TimeoutExpired:
                if time.monotonic() < until:
                    continue
            self.stop(1.0)
            raise HotlineError(f"Asterisk did not come up in {self.home}:\n{self.last_words()}")

    def _says_booted(self, until: float) -> bool:
        try:
            answer = self.rx("core waitfullybooted", max(until - time.monotonic(), 0.1))
        except Unreachable:
            return False
        return "fully booted" in answer
