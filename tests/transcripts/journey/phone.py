"""A SIP phone of a hundred lines, enough to place, take, hold and transfer the calls that are captured.

UDP on loopback, no audio, no retransmission. ``capture.py`` scripts it.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from typing import Any

SERVER = ("127.0.0.1", 28060)
PORT = 28100
_ids = itertools.count(1)


class Dialog:
    """One call of a phone. ``answered`` and ``ended`` are events to wait for."""

    def __init__(self, phone: Phone, call_id: str, target: str) -> None:
        self.phone, self.call_id, self.target = phone, call_id, target
        self.local = self.remote = ""
        self.cseq = 1
        self.answered, self.ended = asyncio.Event(), asyncio.Event()
        self.invite: dict[str, str] = {}

    def tag(self, side: str) -> str:
        """The tag of ``local`` or ``remote``."""
        return re.search(r";tag=([^;>]+)", getattr(self, side)).group(1)  # type: ignore[union-attr]

    def request(self, method: str, *headers: str, body: str = "", kind: str = "application/sdp") -> None:
        """Send a request within (or beginning) the dialog."""
        self.cseq += method not in ("ACK",)
        self.phone.send(
            f"{method} {self.target} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.phone.ip}:{PORT};branch=z9hG4bK{next(_ids)}",
            f"From: {self.local}",
            f"To: {self.remote}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.cseq} {method}",
            f"Contact: <sip:{self.phone.name}@{self.phone.ip}:{PORT}>",
            "Max-Forwards: 70",
            *headers,
            body=body,
            kind=kind,
        )

    def answer(self) -> None:
        """Pick up."""
        self.phone.reply(self.invite, "200 OK", self.local, self.phone.sdp())

    def refuse(self, status: str = "486 Busy Here") -> None:
        """Don't pick up."""
        self.phone.reply(self.invite, status, self.local)
        self.ended.set()

    def hang_up(self) -> None:
        """Say BYE."""
        self.request("BYE")
        self.ended.set()

    def hold(self, direction: str) -> None:
        """Re-INVITE: ``sendonly`` holds, ``sendrecv`` takes back."""
        self.request("INVITE", body=self.phone.sdp(direction))

    def press(self, key: str) -> None:
        """A DTMF key by SIP INFO."""
        self.request("INFO", body=f"Signal={key}\r\nDuration=100\r\n", kind="application/dtmf-relay")

    def refer(self, number: str, consult: Dialog | None = None) -> None:
        """Transfer: blind, or attended by replacing ``consult``."""
        uri = f"sip:{number}@{SERVER[0]}:{SERVER[1]}"
        if consult:
            tags = f"to-tag%3D{consult.tag('remote')}%3Bfrom-tag%3D{consult.tag('local')}"
            uri += f"?Replaces={consult.call_id.replace('@', '%40')}%3B{tags}"
        self.request("REFER", f"Refer-To: <{uri}>", f"Referred-By: <sip:{self.phone.name}@{self.phone.ip}>")


class Phone(asyncio.DatagramProtocol):
    """A phone at its own loopback address; calls that come in are put into ``incoming``."""

    def __init__(self, name: str, ip: str) -> None:
        self.name, self.ip = name, ip
        self.dialogs: dict[str, Dialog] = {}
        self.incoming: asyncio.Queue[Dialog] = asyncio.Queue()
        self.wire: Any = None

    async def plug_in(self) -> Phone:
        """Open the socket."""
        loop = asyncio.get_running_loop()
        self.wire, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.ip, PORT))
        return self

    def call(self, number: str) -> Dialog:
        """Dial."""
        dialog = Dialog(self, f"call{next(_ids)}@{self.ip}", f"sip:{number}@{SERVER[0]}:{SERVER[1]}")
        dialog.local = f"<sip:{self.name}@{self.ip}>;tag=t{next(_ids)}"
        dialog.remote = f"<sip:{number}@{SERVER[0]}>"
        self.dialogs[dialog.call_id] = dialog
        dialog.request("INVITE", body=self.sdp())
        return dialog

    def sdp(self, direction: str = "sendrecv") -> str:
        """A-law at a port nobody listens on."""
        lines = ["v=0", f"o=- 1 {next(_ids)} IN IP4 {self.ip}", "s=-", f"c=IN IP4 {self.ip}", "t=0 0"]
        lines += ["m=audio 28200 RTP/AVP 8", f"a={direction}"]
        return "".join(f"{line}\r\n" for line in lines)

    def send(self, *lines: str, body: str = "", kind: str = "application/sdp") -> None:
        """One datagram."""
        head = [*lines, *([f"Content-Type: {kind}"] if body else []), f"Content-Length: {len(body)}"]
        self.wire.sendto("\r\n".join([*head, "", body]).encode(), SERVER)

    def reply(self, request: dict[str, str], status: str, to: str, body: str = "") -> None:
        """Answer a request."""
        self.send(
            f"SIP/2.0 {status}",
            *(f"Via: {via}" for via in request["via"].split("\n")),
            f"From: {request['from']}",
            f"To: {to}",
            f"Call-ID: {request['call-id']}",
            f"CSeq: {request['cseq']}",
            f"Contact: <sip:{self.name}@{self.ip}:{PORT}>",
            body=body,
        )

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Requests and replies, as far as the captured calls need them."""
        head = data.decode().partition("\r\n\r\n")[0].split("\r\n")
        message: dict[str, str] = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            name, value = name.lower(), value.strip()
            message[name] = f"{message[name]}\n{value}" if name in message else value
        if head[0].startswith("SIP/2.0"):
            self.replied(int(head[0].split()[1]), message)
        else:
            self.asked(head[0].split()[0], message)

    def replied(self, status: int, message: dict[str, str]) -> None:
        """A reply: final ones to INVITE are acknowledged."""
        dialog = self.dialogs[message["call-id"]]
        if status < 200 or "INVITE" not in message["cseq"]:
            return
        dialog.remote = message["to"]
        if "contact" in message:
            dialog.target = re.search(r"<([^>]+)>", message["contact"]).group(1)  # type: ignore[union-attr]
        dialog.request("ACK")
        (dialog.answered if status < 300 else dialog.ended).set()

    def asked(self, method: str, message: dict[str, str]) -> None:
        """A request: INVITE rings, BYE and CANCEL end, everything else is fine."""
        known = self.dialogs.get(message["call-id"])
        if method == "INVITE" and not known:
            self.ring(message)
        elif method == "INVITE" and known:
            self.reply(message, "200 OK", known.local, self.sdp())
        elif method != "ACK":
            self.reply(message, "200 OK", message["to"])
        if known and method in ("BYE", "CANCEL"):
            if method == "CANCEL":
                self.reply(known.invite, "487 Request Terminated", known.local)
            known.ended.set()

    def ring(self, message: dict[str, str]) -> None:
        """A new call for this phone."""
        target = re.search(r"<([^>]+)>", message["contact"]).group(1)  # type: ignore[union-attr]
        dialog = Dialog(self, message["call-id"], target)
        dialog.invite, dialog.remote = message, message["from"]
        dialog.local = f"{message['to']};tag=t{next(_ids)}"
        self.dialogs[dialog.call_id] = dialog
        self.reply(message, "180 Ringing", dialog.local)
        self.incoming.put_nowait(dialog)
