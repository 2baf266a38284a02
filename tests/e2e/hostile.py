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

from lab.sipp_run import Address
from tests.e2e.site_fraud import CARRIER, HOST, PREFIX

FIELDS = ("uri", "from_name", "from_user", "contact", "identity", "diversion")
WAIT_SECONDS = 1.0


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


def attack(to: Address, at: str, wanted: Sequence[dict[str, str]]) -> Answers:
    """Send them one after the other; whoever is answered hangs up."""
    found = Answers()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((at, 0))
        line.settimeout(WAIT_SECONDS)
        for number, each in enumerate(wanted):
            status = _call(line, to, at, each, number)
            if status:
                found.by_status[status] = found.by_status.get(status, 0) + 1
            else:
                found.silent += 1
    return found


def _call(line: socket.socket, to: Address, at: str, fields: dict[str, str], number: int) -> int:
    """The final status; 0 when there is none in time, and the call is given up then."""
    port = line.getsockname()[1]
    call_id = f"{at}-{port}-{number}"
    user = fields.get("from_user", "13900009999")
    head = [
        f"Via: SIP/2.0/UDP {at}:{port};branch=z9hG4bK{number}-",
        f'From: "{fields.get("from_name", "x")}" <sip:{user}@{at}>;tag={number}',
        f"Call-ID: {call_id}",
        "Max-Forwards: 70",
        f"Contact: <sip:{fields.get('contact', 'x')}@{at}:{port}>",
        f"P-Asserted-Identity: <sip:{fields.get('identity', 'x')}@{at}>",
        f"Diversion: <sip:{fields.get('diversion', 'x')}@{at}>;reason=unconditional",
    ]

    def send(method: str, branch: str, to_line: str, body: str = "") -> None:
        lines = [
            f"{method} sip:{fields['uri']}@{to.ip}:{to.port} SIP/2.0",
            head[0] + branch,
            *head[1:],
            to_line,
        ]
        lines += [f"CSeq: {2 if method == 'BYE' else 1} {method}"]
        lines += ["Content-Type: application/sdp"] * bool(body) + [f"Content-Length: {len(body)}", "", body]
        line.sendto("\r\n".join(lines).encode(errors="replace"), (to.ip, to.port))

    to_line = f"To: <sip:{fields['uri']}@{to.ip}>"
    sound = f"v=0\r\no=- 1 1 IN IP4 {at}\r\ns=-\r\nc=IN IP4 {at}\r\nt=0 0\r\nm=audio 25200 RTP/AVP 8\r\n"
    send("INVITE", "i", to_line, sound)
    status, answered_to = _answer(line, call_id)
    if status == 0:
        send("CANCEL", "i", to_line)
        status, answered_to = _answer(line, call_id)
    send("ACK", "a" if status == 200 else "i", answered_to or to_line)
    if status == 200:
        send("BYE", "b", answered_to)
    return status


def _answer(line: socket.socket, call_id: str) -> tuple[int, str]:
    """The final answer to the INVITE and its To line; 0 for none."""
    while True:
        try:
            text = line.recv(65535).decode(errors="replace")
        except TimeoutError:
            return 0, ""
        found = re.match(r"SIP/2\.0 ([2-6]\d\d)", text)
        if found and f"Call-ID: {call_id}\r\n" in text and re.search(r"CSeq: 1 INVITE", text):
            to = re.search(r"(?m)^To: .*$", text)
            return int(found.group(1)), to.group(0).rstrip("\r") if to else ""


class FakeCarrier:
    """Lives, is busy for everybody, and remembers whom it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind((HOST, 5060))
        self._line.settimeout(0.1)
        self._over = threading.Event()

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
                self.asked.append(rest.partition(" ")[0])
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
