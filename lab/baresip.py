"""baresip as a phone: a second SIP stack, written by others, for what our own softphone might get wrong with us.

It is Debian's package ``baresip-core``, run without sound hardware: it plays a file and writes what it hears
into another (module sndfile). It is driven over its TCP control port (module ctrl_tcp: JSON in netstrings).
Versions 1.0 and 1.1 (Debian 12 and 14) know blind transfers only, no websocket, and believe every certificate.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from callcenter.errors import HotlineError
from lab import audio, processes
from lab.scenario import Login
from lab.sipp_run import Address

MODULES = Path("/usr/lib/baresip/modules")
SECONDS = 40.0
TONE_SECONDS = 60
WAV_HEADER = 22
"""Samples' worth of bytes before the sound in a file that is still being written."""
Transport = Literal["udp", "tcp", "tls"]
Event = dict[str, Any]
CONFIG = """\
sip_listen {ip}:{port}
net_interface {ip}
call_local_timeout 60
call_max_calls 4
audio_source aufile,{folder}/said.wav
audio_player aubridge,nobody
audio_alert aufile,/dev/null
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports {rtp}-{rtp_last}
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
snd_path {folder}
statmode_default off
module srtp.so
module dtls_srtp.so
module ice.so
module account.so
module menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {ip}:{control}
{more}
"""


@dataclass(frozen=True)
class Line:
    """Whom a baresip is and calls. ``encryption`` is baresip's mediaenc: srtp-mand is sdes or nothing.

    One that does not sign in is called at its own address, as a carrier is.
    """

    login: Login
    toward: Address
    transport: Transport = "udp"
    encryption: Literal["", "srtp-mand", "dtls_srtp"] = ""
    signs_in: bool = True

    def account(self) -> str:
        """The account, as a line of baresip's accounts file would have it."""
        options = {
            "auth_user": self.login.username,
            "auth_pass": self.login.password,
            "regint": "60" if self.signs_in else "0",
            "answermode": "manual",
            "audio_codecs": "pcma",
            **({"mediaenc": self.encryption} if self.encryption else {}),
        }
        uri = f"<sip:{self.login.username}@{self.toward.ip}:{self.toward.port};transport={self.transport}>"
        return uri + "".join(f";{name}={value}" for name, value in options.items())


class Baresip:
    """A phone at ``at`` (TLS at the next port) that says ``tone_hz``, and shows ``certificate`` to who calls by TLS.

    ``with`` starts and ends it; ``prefix`` comes before its command.
    """

    def __init__(
        self,
        line: Line,
        folder: Path,
        at: Address,
        *,
        tone_hz: int = 440,
        prefix: Sequence[str] = (),
        certificate: Path | None = None,
    ) -> None:
        self.line, self.folder, self.at, self.prefix = line, folder, at, tuple(prefix)
        self.certificate = certificate
        self.events: list[Event] = []
        self._changed = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._tone = tone_hz

    def __enter__(self) -> Baresip:
        self._lay_out()
        try:
            self.start()
        except HotlineError:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def heard(self) -> Sequence[int]:
        """The samples it has heard in the newest call (8 kHz); none before one was answered."""
        files = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda file: file.stat().st_mtime)
        return audio.read_raw(files[-1]).channels[0][WAV_HEADER:] if files else ()

    def start(self) -> None:
        """Start it and wait until it is signed in."""
        if shutil.which("baresip") is None:
            raise HotlineError("baresip is not installed; run scripts/setup")
        with (self.folder / "baresip.log").open("ab") as log:
            command = [*self.prefix, "baresip", "-f", str(self.folder), "-v"]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.events = []
        self._socket = self._connected()
        threading.Thread(target=self._listen, args=(self._socket,), daemon=True).start()
        self._do("uanew", self.line.account())
        if self.line.signs_in:
            self.wait("REGISTER_OK")

    def stop(self, *, hard: bool = False) -> None:
        """End it; ``hard``: as a power cut would, without a word to anybody."""
        if self._process is not None:
            processes.end(self._process.pid, 0.0 if hard else 3.0)
            self._process.wait()
            self._process = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def dial(self, number: str) -> None:
        """Call a number."""
        self._do("dial", f"sip:{number}@{self.line.toward.ip}:{self.line.toward.port}")

    def answer(self) -> None:
        """Take the call that rings."""
        self.wait("CALL_INCOMING")
        self._do("accept")

    def transfer(self, number: str) -> None:
        """Blind: refer the other party to ``number``."""
        self._do("transfer", f"sip:{number}@{self.line.toward.ip}:{self.line.toward.port}")

    def hang_up(self) -> None:
        """End the call in hand."""
        self._do("hangup")

    def wait(self, kind: str, seconds: float = SECONDS, times: int = 1) -> Event:
        """The ``times``-th event of this type since the start. Raises HotlineError when it does not come."""

        def found() -> list[Event]:
            return [event for event in self.events if event.get("type") == kind]

        self._until(lambda: len(found()) >= times, seconds, kind)
        return found()[times - 1]

    def _until(self, true: Callable[[], bool], seconds: float, what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(true, seconds):
                seen = [str(event.get("type")) for event in self.events]
                raise HotlineError(
                    f"baresip {self.line.login.username}: no {what} in {seconds:.0f} s, but {seen}"
                )

    def _do(self, command: str, params: str = "") -> None:
        if self._socket is None:
            raise HotlineError(f"baresip {self.line.login.username} is off")
        text = json.dumps({"command": command, "params": params})
        self._socket.sendall(f"{len(text)}:{text},".encode())

    def _lay_out(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        said = audio.Sound(audio.RATE, (audio.tone(self._tone, TONE_SECONDS),))
        audio.write_wav(self.folder / "said.wav", said)
        (self.folder / "config").write_text(
            CONFIG.format(
                ip=self.at.ip,
                port=self.at.port,
                control=self.at.port + 2,
                rtp=self.at.port + 10,
                rtp_last=self.at.port + 40,
                folder=self.folder,
                modules=MODULES,
                more=f"sip_certificate {self.certificate}" if self.certificate else "",
            )
        )
        for name in ("accounts", "contacts"):
            (self.folder / name).touch()

    def _connected(self) -> socket.socket:
        until = time.monotonic() + SECONDS
        while True:
            try:
                return self._connect()
            except OSError:
                if time.monotonic() > until or (self._process and self._process.poll() is not None):
                    log = (self.folder / "baresip.log").read_text(errors="replace")
                    raise HotlineError(f"baresip did not start:\n{log[-2000:]}") from None
                time.sleep(0.02)

    def _connect(self) -> socket.socket:
        return socket.create_connection((self.at.ip, self.at.port + 2), timeout=None)

    def _listen(self, line: socket.socket) -> None:
        kept = b""
        while True:
            try:
                more = line.recv(65536)
            except OSError:
                return
            if not more:
                return
            messages, kept = netstrings(kept + more)
            with self._changed:
                self.events += [event for event in map(json.loads, messages) if event.get("event")]
                self._changed.notify_all()


def netstrings(data: bytes) -> tuple[list[bytes], bytes]:
    """The whole netstrings at the beginning of ``data``, and what is left of it."""
    found = []
    while (size := data.partition(b":"))[1] and len(size[2]) > int(size[0]):
        length = int(size[0])
        found.append(size[2][:length])
        data = size[2][length + 1 :]
    return found, data
