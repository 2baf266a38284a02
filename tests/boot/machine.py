"""A machine without hardware: a Debian that its own systemd has booted, in namespaces of this machine's kernel.

Nothing of this machine is seen from there but its kernel; the network has one cable, to here.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from itertools import islice
from pathlib import Path

from tests.e2e.until import until

DOCUMENTATION = tuple(map(IPv4Network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")))
"""Networks that nobody has, by RFC 5737; some virtual machines' hosts have one all the same."""
CABLE = "hl-boot"
INSIDE = Path(__file__).with_name("inside.sh")
GROUP = ("unshare", "--mount", str(Path(__file__).with_name("group.sh")))
NAME = f"hotline-boot-{os.getpid()}"
NEEDED = ("unshare", "nsenter", "setpriv", "ip", "mmdebstrap")
NAMESPACES = ("--mount", "--pid", "--fork", "--uts", "--ipc", "--cgroup", "--kill-child")
BOOT_SECONDS = 60.0
COMMAND_SECONDS = 300.0


def free_network(routes: str) -> IPv4Network:
    """The first of them that none of ``routes``, as /proc/net/route has them, leads into but by default."""

    def network(line: str) -> IPv4Network:
        words = line.split()
        address, mask = (IPv4Address(int(words[at], 16).to_bytes(4, sys.byteorder)) for at in (1, 7))
        return IPv4Network(f"{address}/{mask}")

    ways = [way for way in map(network, routes.splitlines()[1:]) if way.prefixlen]
    return next((one for one in DOCUMENTATION if not any(map(one.overlaps, ways))), DOCUMENTATION[0])


HERE, THERE = map(str, islice(free_network(Path("/proc/net/route").read_text()).hosts(), 2))
"""The ends of the cable."""


def reason_against() -> str | None:
    """Why this machine can't boot one, None when it can."""
    if os.geteuid() != 0:
        return "only root can boot a systemd here"
    if missing := [program for program in NEEDED if shutil.which(program) is None]:
        return f"not installed: {', '.join(missing)}; run scripts/setup"
    tried = subprocess.run(
        [*GROUP, f"{NAME}-try", "unshare", *NAMESPACES, "true"], capture_output=True, text=True, check=False
    )
    subprocess.run([*GROUP, f"{NAME}-try"], capture_output=True, check=False)
    return f"no namespaces for it: {tried.stderr.strip()}" if tried.returncode else None


class Machine:
    """``folder`` gets what is written on it; ``tree`` is never changed. It is off at first."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self._folder = folder
        for name in ("upper", "work", "root"):
            (folder / name).mkdir()
        (folder / "tree").symlink_to(tree)
        etc = folder / "upper/etc"
        etc.mkdir()
        (etc / "hostname").write_text("hotline\n")
        (etc / "hosts").write_text("127.0.0.1 localhost\n127.0.1.1 hotline\n")
        self._cable: subprocess.Popen[bytes] | None = None
        self._power: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its systemd, as this machine numbers it."""
        assert self._power is not None
        [child] = Path(f"/proc/{self._power.pid}/task/{self._power.pid}/children").read_text().split()
        return int(child)

    @property
    def root(self) -> Path:
        """All its files, while it is on."""
        return Path(f"/proc/{self.pid}/root")

    def on(self) -> None:
        """Boot it; returns when everything that starts with it has started."""
        self._cable = self._cable or self._lay_cable()
        network = ["nsenter", f"--net=/proc/{self._cable.pid}/ns/net"]
        namespaces = ["unshare", *NAMESPACES, "--propagation", "private"]
        with (self._folder / "console").open("ab") as console:
            self._power = subprocess.Popen(
                [*GROUP, NAME, *network, *namespaces, str(INSIDE), str(self._folder)],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        until(self._has_booted, BOOT_SECONDS, f"a booted machine; see {self._folder}/console")

    def _has_booted(self) -> bool:
        assert self._power is not None
        assert self._power.poll() is None, (self._folder / "console").read_text()[-3000:]
        with contextlib.suppress(ValueError, OSError):  # its first process is not there yet
            return self.does("systemctl", "is-system-running", "--wait", check=False).strip() in (
                "running",
                "degraded",
            )
        return False

    def reboot(self) -> None:
        """By its own command; returns when it is up again."""
        assert self._power is not None
        self.does("systemctl", "reboot", check=False)
        self._power.wait(COMMAND_SECONDS)
        self.on()

    def off(self) -> None:
        """Pull the plug."""
        for process in (self._power, self._cable):
            if process is not None:
                process.kill()
                process.wait()
        until(self._has_left, 10.0, "the control group is empty")

    def _has_left(self) -> bool:
        return subprocess.run([*GROUP, NAME], capture_output=True, check=False).returncode == 0

    def does(self, *words: str, stdin: str = "", check: bool = True) -> str:
        """What a command prints there, run by root in /opt/hotline where that exists."""
        there = ["nsenter", "-t", str(self.pid), "-m", "-p", "-n", "-u", "-i", "-C", "-r", "-w", "env", "-i"]
        there += ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"]
        return said([*there, *words], stdin, check)

    def _lay_cable(self) -> subprocess.Popen[bytes]:
        """A network of its own, with one cable to this one; there as long as the process."""
        holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "ip link set lo up; echo; exec sleep infinity"],
            stdout=subprocess.PIPE,
        )
        assert holder.stdout is not None
        with holder.stdout as told:
            told.readline()
        there = ["nsenter", f"--net=/proc/{holder.pid}/ns/net", "ip"]
        said(["ip", "link", "add", CABLE, "type", "veth", "peer", "host0", "netns", str(holder.pid)])
        for ip, name, address in ((["ip"], CABLE, HERE), (there, "host0", THERE)):
            said([*ip, "address", "add", f"{address}/30", "dev", name])
            said([*ip, "link", "set", name, "up"])
        return holder


def said(words: Sequence[str], stdin: str = "", check: bool = True) -> str:
    """What a command prints. AssertionError when it fails."""
    done = subprocess.run(
        words, input=stdin, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
    )
    assert done.returncode == 0 or not check, (
        f"{' '.join(words)}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    )
    return done.stdout
