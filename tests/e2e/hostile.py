"""A stranger at a trunk and elsewhere: INVITEs whose fields hold what a dialplan, a shell or a file might act on."""

from __future__ import annotations

import itertools
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from lab import sip_message as sip
from lab.sipp_run import Address
from tests.e2e.site_fraud import CARRIER, HOST, PREFIX

FIELDS = ("uri", "from_name", "from_user", "contact", "identity", "diversion")
WAIT_SECONDS = 3.0


def values(canary: Path, did: str) -> list[str]:
    """What is tried in every field."""
    paid = f"{PREFIX}12345"
    commands = [f"touch {canary}", f"System(touch {canary})", f"${{SHELL(touch {canary})}}"]
    return [
        paid,
        f"+{paid}",
        f"*{paid}",
        f"{did}&PJSIP/{paid}@{CARRIER}",
        f"{did}&Local/{paid}@hotline_inside",
        f"PJSIP/{paid}@{CARRIER}",
        f"{did},1)Dial(PJSIP/{paid}@{CARRIER}",
        f"{did}@hotline_inside",
        f"{did};phone-context={paid}",
        f"${{EVAL(${{SHELL(touch {canary})}})}}",
        f"$[{did} + 1]",
        f"${{FILE({canary},0,1,,x)}}",
        "${AST_CONFIG(pjsip.conf,x,y)}",
        *commands,
        *(f"`{command}`" for command in commands),
        *(f";{command};" for command in commands),
        *(f"|{command}" for command in commands),
        *(f"x,{command},y" for command in commands),
        f"%0d%0aVia: x%0d%0aX: {canary}",
        f"..%2f..%2f..{canary}",
        "' OR 1=1 --",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}}",
        "%00",
        "\u202e中文",
        "A" * 300,
    ]


def invites(canary: Path, did: str) -> Iterator[dict[str, str]]:
    """Each value in each field, as it is and escaped as an address is, to a number of the house and to itself."""
    for value, name, escaped in itertools.product(values(canary, did), FIELDS, (False, True)):
        yield {name: quote(value, safe="") if escaped else value, **({} if name == "uri" else {"uri": did})}
    for value in values(canary, did):
        yield dict.fromkeys(FIELDS, quote(value, safe=""))
        yield dict.fromkeys(FIELDS, value)


@dataclass
class Answers:
    """The final answers, by status, and how many INVITEs got none."""

    by_status: dict[int, int] = field(default_factory=dict)
    silent: int = 0


class Attack:
    """Many calls on one socket, answered calls hung up at once."""

    def __init__(self, line: socket.socket, to: Address) -> None:
        self._line, self._to = line, to
        self.at, self.port = line.getsockname()
        self._calls: dict[str, dict[str, str]] = {}
        self.found = Answers()

    def invite(self, fields: dict[str, str]) -> None:
        """Begin a call."""
        call_id = f"{self.at}-{self.port}-{len(self._calls)}"
        self._calls[call_id] = fields
        here = self.at
        sound = (
            f"v=0\r\no=- 1 1 IN IP4 {here}\r\ns=-\r\nc=IN IP4 {here}\r\nt=0 0\r\nm=audio 25200 RTP/AVP 8\r\n"
        )
        self._send("INVITE", call_id, "", sound)

    def hear(self, seconds: float) -> None:
        """Take answers until none comes for so long."""
        self._line.settimeout(seconds)
        while True:
            try:
                text = self._line.recv(65535).decode(errors="replace")
            except TimeoutError:
                return
            status = re.match(r"SIP/2\.0 ([2-6]\d\d)", text)
            call_id = re.search(r"(?m)^Call-ID: (.*?)\r?$", text)
            if status and call_id and "CSeq: 1 INVITE" in text and call_id.group(1) in self._calls:
                self._answered(call_id.group(1), int(status.group(1)), text)

    def give_up(self) -> None:
        """Whoever got no answer goes."""
        silent = [call_id for call_id, fields in self._calls.items() if "status" not in fields]
        for call_id in silent:
            self._send("CANCEL", call_id)
        self.hear(WAIT_SECONDS)
        self.found.silent = sum("status" not in fields for fields in self._calls.values())

    def _answered(self, call_id: str, status: int, text: str) -> None:
        found = re.search(r"(?m)^To: .*$", text)
        to_line = found.group(0).rstrip("\r") if found else ""
        is_news = "status" not in self._calls[call_id]
        self._calls[call_id]["status"] = str(status)
        self._send("ACK", call_id, to_line)
        if is_news:
            self.found.by_status[status] = self.found.by_status.get(status, 0) + 1
        if is_news and status == 200:
            self._send("BYE", call_id, to_line)

    def _send(self, method: str, call_id: str, to_line: str = "", body: str = "") -> None:
        fields, at = self._calls[call_id], self.at
        branch = {"BYE": "b", "ACK": "a" if fields.get("status") == "200" else "i"}.get(method, "i")
        lines = [
            f"{method} sip:{fields['uri']}@{self._to.ip}:{self._to.port} SIP/2.0",
            f"Via: SIP/2.0/UDP {at}:{self.port};branch=z9hG4bK{call_id}{branch}",
            f'From: "{fields.get("from_name", "x")}" <sip:{fields.get("from_user", "13900009999")}@{at}>;tag={call_id}',
            to_line or f"To: <sip:{fields['uri']}@{self._to.ip}>",
            f"Call-ID: {call_id}",
            f"CSeq: {2 if method == 'BYE' else 1} {method}",
            "Max-Forwards: 70",
            f"Contact: <sip:{fields.get('contact', 'x')}@{at}:{self.port}>",
            f"P-Asserted-Identity: <sip:{fields.get('identity', 'x')}@{at}>",
            f"Diversion: <sip:{fields.get('diversion', 'x')}@{at}>;reason=unconditional",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
            "",
            body,
        ]
        self._line.sendto("\r\n".join(lines).encode(errors="replace"), (self._to.ip, self._to.port))


def attack(to: Address, at: str, wanted: Sequence[dict[str, str]]) -> Answers:
    """Send them all, a hundred a second at most; whoever is answered hangs up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((at, 0))
        calls = Attack(line, to)
        for fields in wanted:
            calls.invite(dict(fields))
            calls.hear(0.01)
        calls.hear(WAIT_SECONDS)
        calls.give_up()
    return calls.found


class FakeCarrier:
    """Lives, is busy for everybody, and remembers whom it was asked for: once for an INVITE that comes again."""

    def __init__(self) -> None:
        self._asked: dict[str, str] = {}
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind((HOST, 5060))
        self._line.settimeout(0.1)
        self._over = threading.Event()

    @property
    def asked(self) -> list[str]:
        """The addresses, in order."""
        return list(self._asked.values())

    def serve(self) -> None:
        """Until it is closed."""
        while not self._over.is_set():
            try:
                data, source = self._line.recvfrom(65535)
            except TimeoutError:
                continue
            text = data.decode(errors="replace")
            method, _, rest = text.partition(" ")
            if method not in ("OPTIONS", "INVITE"):
                continue
            if method == "INVITE":
                self._asked.setdefault(sip.parse(data).branch, rest.partition(" ")[0])
            kept = re.findall(r"(?m)^(?:Via|From|To|Call-ID|CSeq): .*$", text)
            answer = "200 OK" if method == "OPTIONS" else "486 Busy Here"
            lines = [f"SIP/2.0 {answer}", *(each.rstrip("\r") for each in kept), "Content-Length: 0", "", ""]
            self._line.sendto("\r\n".join(lines).encode(), source)
        self._line.close()

    def close(self) -> None:
        """No more."""
        self._over.set()


@contextmanager
def fake_carrier() -> Iterator[FakeCarrier]:
    """One that serves meanwhile."""
    carrier = FakeCarrier()
    thread = threading.Thread(target=carrier.serve)
    thread.start()
    try:
        yield carrier
    finally:
        carrier.close()
        thread.join()
