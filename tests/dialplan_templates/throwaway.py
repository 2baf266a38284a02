"""A throw-away Asterisk in a network of its own, on files rendered by a test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dialplan_templates.context import Deployment, Directories
from dialplan_templates.stubs import LIVE, folders, stubs

ROOT = Path(os.environ.get("HOTLINE_ASTERISK_ROOT", "/var/cache/hotline/asterisk-forky"))
LIBRARIES = ROOT / "usr/lib/x86_64-linux-gnu"
PROGRAM = [ROOT / "lib64/ld-linux-x86-64.so.2", "--library-path", LIBRARIES, ROOT / "usr/sbin/asterisk"]
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


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

    def manager(self, account: str) -> Manager:
        """A session of the manager interface, signed in as ``hotline``."""
        session = Manager(self.process.pid)
        session.send(Action="Login", Username=account, Secret=secret(f"ami/{account}"))
        session.until("Authentication accepted")
        return session


FORWARD = """
import socket, sys, threading
link = socket.create_connection(("127.0.0.1", 25038), timeout=20)
def up():
    while line := sys.stdin.buffer.readline():
        link.sendall(line)
    link.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while data := link.recv(65536):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
"""


class Manager:
    """A raw session from inside the throw-away's network; it ends by itself after 20 s of silence."""

    def __init__(self, pid: int) -> None:
        there = ["nsenter", f"--net=/proc/{pid}/ns/net", sys.executable, "-c", FORWARD]
        self.pipe = subprocess.Popen(
            there, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def send(self, **headers: str) -> None:
        """One action."""
        assert self.pipe.stdin
        text = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
        self.pipe.stdin.write(text.encode() + b"\r\n")
        self.pipe.stdin.flush()

    def until(self, words: str) -> list[dict[str, str]]:
        """The messages that came up to and with the first one that holds ``words``."""
        assert self.pipe.stdout
        messages: list[dict[str, str]] = [{}]
        found = False
        for raw in self.pipe.stdout:
            line = raw.decode().rstrip("\r\n")
            found = found or words in line
            name, _, text = line.partition(": ")
            if line:
                messages[-1][name] = text
            elif found:
                return messages
            else:
                messages.append({})
        raise AssertionError(f"the session ended before {words!r}; last came {messages[-3:]}")

    def close(self) -> None:
        """End the session."""
        self.send(Action="Logoff")
        self.pipe.communicate(timeout=20)


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
    for folder in (*folders(where), home / "music"):
        folder.mkdir()
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
