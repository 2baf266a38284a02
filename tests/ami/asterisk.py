"""A throw-away Asterisk for the wire tests: a queue, one SIP trunk, one agent, one account.

Everything is in one temporary folder and on loopback; the programs come from ``HOTLINE_ASTERISK_ROOT``.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(os.environ.get("HOTLINE_ASTERISK_ROOT", "/var/cache/hotline/asterisk-forky"))
RENDERED = Path(__file__).parents[2] / "dialplan_templates/manager/00-base.conf.j2"
LIBRARIES = ROOT / "usr/lib/x86_64-linux-gnu"
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

MODULES = """[modules]
autoload=yes
noload=app_voicemail_odbc.so
noload=app_voicemail_imap.so
noload=chan_dahdi.so
noload=pbx_ael.so
"""

MANAGER = """[general]
enabled=yes
bindaddr=127.0.0.1
port={ami}
timestampevents=yes

[hotline]
secret={secret}
read=system,call,agent,user,dialplan,dtmf,originate,reporting
write=system,call,agent,originate,reporting
writetimeout=100

[live]
secret={secret}
{rights}
"""

PJSIP = """[udp]
type=transport
protocol=udp
bind=127.0.0.1:{sip}

[trunk]
type=endpoint
context=incoming
allow=alaw
aors=trunk
rtp_timeout=5

[trunk]
type=aor
contact=sip:trunk@127.0.0.1:{caller}

[trunk]
type=identify
endpoint=trunk
match=127.0.0.1

[1001]
type=endpoint
context=incoming
allow=alaw
aors=1001

[1001]
type=aor
contact=sip:1001@127.0.0.1:{agent}
"""

EXTENSIONS = """[incoming]
exten => 4001,1,Answer()
 same => n,Set(HL_FLOW=开户热线)
 same => n,Set(HL_FROM=${PJSIP_HEADER(read,From)})
 same => n,Queue(support,c,,,30)
 same => n,Set(HL_OUTCOME=${QUEUESTATUS})
 same => n,Wait(0.2)
 same => n,Hangup()

[agents]
exten => _X.,1,Dial(PJSIP/${EXTEN},20)

[waiting]
exten => s,1,Answer()
 same => n,Wait(20)
"""

QUEUES = """[general]
persistentmembers=no

[support]
strategy=rrmemory
timeout=15
ringinuse=no
"""

RTP = "[general]\nrtpstart=21800\nrtpend=21890\n"
LOGGER = "[general]\n[logfiles]\nmessages => notice,warning,error\n"


class ThrowAwayAsterisk:
    """Boots in the constructor's folder with ``start``; ``stop`` kills it, ``remove`` leaves nothing."""

    def __init__(self) -> None:
        if not (ROOT / "usr/sbin/asterisk").exists():
            raise FileNotFoundError(f"no Asterisk in {ROOT}: set HOTLINE_ASTERISK_ROOT")
        self.folder = Path(tempfile.mkdtemp(prefix="hotline-ami-"))
        self.ami, self.sip, self.caller, self.agent = _free_ports(4)
        self.secret = "".join(random.choices("abcdefghjkmnpqrstuvwxyz", k=20))
        self._process: subprocess.Popen[bytes] | None = None
        self._write()

    def start(self) -> None:
        """Boot, and wait until Asterisk says that it is fully booted."""
        self._process = subprocess.Popen(
            self.command("-f"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder
        )
        deadline = time.monotonic() + 30
        while "fully booted" not in self.cli("core waitfullybooted"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Asterisk did not start: {(self.folder / 'log/messages').read_text()}")

    def stop(self) -> None:
        """kill -9, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def remove(self) -> None:
        """Stop and delete every trace."""
        self.stop()
        shutil.rmtree(self.folder)

    def cli(self, line: str) -> str:
        """What one command of Asterisk's console prints."""
        return subprocess.run(self.command("-rx", line), capture_output=True, text=True, check=False).stdout

    def log(self) -> str:
        """Notices, warnings and errors so far."""
        return (self.folder / "log/messages").read_text()

    def command(self, *arguments: str) -> list[str]:
        """The program with these arguments, as the account it runs under."""
        rights = AS_NOBODY if os.geteuid() == 0 else []
        loader = [str(next((ROOT / "lib64").glob("ld-linux*"))), "--library-path", str(LIBRARIES)]
        program = [str(ROOT / "usr/sbin/asterisk"), "-C", str(self.folder / "asterisk.conf")]
        return [*rights, *loader, *program, *arguments]

    def _write(self) -> None:
        folders = {key: self.folder / name for key, name in _FOLDERS.items()}
        folders |= {"astmoddir": LIBRARIES / "asterisk/modules", "astdatadir": ROOT / "usr/share/asterisk"}
        lines = "".join(f"{key} => {folder}\n" for key, folder in folders.items())
        ports = {"ami": self.ami, "sip": self.sip, "caller": self.caller, "agent": self.agent}
        self._conf("asterisk", f"[directories]\n{lines}\n[options]\nsystemname=lab\n")
        self._conf("manager", MANAGER.format(**ports, secret=self.secret, rights=_rights()))
        self._conf("pjsip", PJSIP.format(**ports))
        for name, text in _FILES.items():
            self._conf(name, text)
        for name in _FOLDERS.values():
            (self.folder / name).mkdir(exist_ok=True)
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)

    def _conf(self, name: str, text: str) -> None:
        (self.folder / f"{name}.conf").write_text(text)


_FOLDERS = {"astetcdir": ".", "astvarlibdir": "lib", "astdbdir": "lib", "astkeydir": "lib"}
_FOLDERS |= {"astagidir": "lib", "astspooldir": "spool", "astrundir": "run", "astlogdir": "log"}
_FILES = {"modules": MODULES, "extensions": EXTENSIONS, "queues": QUEUES, "rtp": RTP, "logger": LOGGER}


def _rights() -> str:
    """Those of the account that is rendered, for the account ``live``."""
    return "\n".join(re.findall(r"^(?:read|write) = .*", RENDERED.read_text("utf-8"), re.MULTILINE))


def _free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody holds now, for TCP and UDP, out of this test worker's own hundred."""
    found: list[int] = []
    first = 21000 + 100 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for port in random.sample(range(first, first + 100), 100):
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("no free ports")
