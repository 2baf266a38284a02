"""A throw-away Asterisk in a network of its own, on files rendered by the test, and the small site they come from."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import wave
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from callcenter.site import Site
from dialplan_templates.context import Deployment, Directories
from dialplan_templates.render import render
from dialplan_templates.stubs import LIVE, stubs

ROOT = Path(os.environ.get("HOTLINE_ASTERISK_ROOT", "/var/cache/hotline/asterisk-forky"))
LIBRARIES = ROOT / "usr/lib/x86_64-linux-gnu"
PROGRAM = [ROOT / "lib64/ld-linux-x86-64.so.2", "--library-path", LIBRARIES, ROOT / "usr/sbin/asterisk"]
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
SMALL_SITE = Path(__file__).parent.parent / "golden" / "small_site.json"


def secret(name: str) -> str:
    """A secret that can be told by its name, and a PIN for a mailbox."""
    if name.startswith("mailbox/"):
        return "864209"
    return "test-secret-" + name.replace("/", "-") + "-0123456789"


def deployment(home: Path) -> Deployment:
    """Everything below ``home``; the ports are free because the network is the test's own."""
    return Deployment(
        system_name="test",
        directories=Directories(
            etc=home / "etc",
            modules=LIBRARIES / "asterisk/modules",
            data=ROOT / "usr/share/asterisk",
            state=home / "state",
            spool=home / "spool",
            run=home / "run",
            log=home / "log",
        ),
        prompts=home / "prompts",
        music=home / "music",
        secret=secret,
        sip_port=25060,
        rtp_first=25100,
        rtp_last=25998,
        ami_port=25038,
        agi_port=25073,
        http_port=25088,
    )


@dataclass
class Asterisk:
    """A running throw-away Asterisk."""

    home: Path
    process: subprocess.Popen[bytes]

    def cli(self, command: str) -> str:
        """What the console prints for a command."""
        done = subprocess.run(
            [*NOBODY, *PROGRAM, "-C", self.home / "etc/asterisk.conf", "-rx", command],
            capture_output=True,
            timeout=30,
            check=True,
        )
        return done.stdout.decode()

    def complaints(self) -> list[str]:
        """What was logged as a warning or an error."""
        lines = (self.home / "log/messages").read_text(errors="replace").splitlines()
        return [line for line in lines if any(f" {level}[" in line for level in ("WARNING", "ERROR"))]

    def inside(self, *command: str | Path) -> str:
        """Run a command in Asterisk's network."""
        there = ["nsenter", f"--net=/proc/{self.process.pid}/ns/net", *command]
        return subprocess.run(there, capture_output=True, timeout=30, check=True).stdout.decode()


Boot = Callable[..., Asterisk]


def write_tree(home: Path, files: Mapping[str, str]) -> None:
    """Write files below ``home`` for everybody to read."""
    for path, text in files.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)


def lay_out(home: Path, files: Mapping[str, str], where: Deployment) -> None:
    """A configuration folder as an apply leaves it, with a melody of one second and no dialplan of note."""
    version = home / "etc/versions/1"
    write_tree(version, {"extensions/00-base.conf": "[hotline_in]\n", **files})
    write_tree(home / "etc", stubs(where))
    (home / "etc" / LIVE).symlink_to("versions/1")
    for folder in ("state", "state/keys", "spool", "run", "log", "music"):
        (home / folder).mkdir()
    with wave.open(str(home / "music/melody.wav"), "wb") as melody:
        melody.setparams((1, 2, 8000, 0, "NONE", ""))
        melody.writeframes(bytes(16000))
    for path in (home, *home.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)


def start(home: Path) -> Asterisk:
    """Start on ``home/etc`` and come back when Asterisk tells that it is ready (at most 60 s)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
        ready.bind(str(home / "ready"))
        (home / "ready").chmod(0o777)
        ready.settimeout(60)
        program = " ".join(map(str, [*NOBODY, *PROGRAM, "-f", "-C", home / "etc/asterisk.conf"]))
        with (home / "console").open("wb") as console:
            process = subprocess.Popen(
                ["unshare", "-n", "sh", "-c", f"ip link set lo up; exec {program}"],
                stdout=console,
                stderr=console,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "NOTIFY_SOCKET": str(home / "ready")},
            )
        while b"READY=1" not in ready.recv(4096):
            pass
    return Asterisk(home, process)


@pytest.fixture(scope="module")
def boot() -> Iterator[Boot]:
    """Gives ``boot(site, **more files)``: an Asterisk on the rendered site. All are stopped after the module."""
    running: list[Asterisk] = []

    def boot_site(site: Site, more: Mapping[str, str] | None = None) -> Asterisk:
        home = Path(tempfile.mkdtemp(prefix="hotline-templates-"))
        home.chmod(0o755)
        where = deployment(home)
        lay_out(home, {**render(site, where), **(more or {})}, where)
        running.append(start(home))
        return running[-1]

    yield boot_site
    for asterisk in running:
        asterisk.process.terminate()
        asterisk.process.wait(30)
        shutil.rmtree(asterisk.home)


@pytest.fixture(scope="session")
def small_site() -> Site:
    """A bilingual help line with a trunk of every kind, a seat of every kind and boards."""
    return Site.model_validate_json(SMALL_SITE.read_text())
