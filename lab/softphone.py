"""A softphone with hands: what SIPp's fixed scenarios can't do with a call that is up.

It registers, dials, answers, holds, transfers (blind by REFER, attended by REFER with Replaces), presses keys,
sends a tone and keeps what it hears. ``lab.media`` makes the sound, with random RTP sequence numbers, as real
phones have. ``lab.baresip`` is the phone of another make beside it: it knows no attended transfer, and is a
process for each phone.
"""

from __future__ import annotations

import itertools
import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Literal, cast
from urllib.parse import quote

from callcenter.errors import HotlineError
from lab import sip_message as sip
from lab.g711 import PAYLOAD_TYPE
from lab.media import Media, Speech
from lab.rtp import Ear
from lab.scenario import Login
from lab.sipp_run import Address

LINES = 4
"""Calls a phone may have at once."""
SECONDS = 20.0
"""How long things are waited for unless said otherwise."""
_STAMP, _STAMPED = struct.Struct("@ll"), 35
"""Linux's SO_TIMESTAMPNS: seconds and nanoseconds since 1970 at which the kernel had the message."""
State = Literal["ringing", "early", "up", "over"]


class PhoneCall:
    """One call of a phone. ``moments`` has when it was first in each state, ``refer_statuses`` the target's."""

    def __init__(self, phone: Softphone, number: int, call_id: str) -> None:
        self.phone = phone
        self.number = number
        self.call_id = call_id
        self.state: State = "early"
        self.status = 0
        self.moments: dict[str, float] = {}
        self.refer_statuses: list[int] = []
        self.local = self.remote = self.target = ""
        self.cseq = 0
        self.port = 0
        self.invite: sip.SipMessage | None = None
        self.tried = False

    @property
    def asked(self) -> sip.SipMessage:
        """The INVITE of a call that came in."""
        if self.invite is None:
            raise HotlineError(f"{self.phone.login.username} dialled this call itself")
        return self.invite

    def wait(self, state: State, seconds: float = SECONDS) -> PhoneCall:
        """Return when the call is in ``state``. Raises HotlineError when it does not come to that."""
        self.phone.until(lambda: state in self.moments, seconds, f"{self.phone.login.username}: call {state}")
        return self

    def answer(self) -> PhoneCall:
        """Pick up."""
        self.phone.answer(self)
        return self

    def refuse(self, status: str = "486 Busy Here") -> None:
        """Don't pick up."""
        self.phone.refuse(self, status)

    def hang_up(self) -> None:
        """Say BYE, or CANCEL while it rings at the far end."""
        self.phone.hang_up(self)

    def hold(self, direction: str = "sendonly") -> None:
        """Put the far end on hold; the microphone is off meanwhile."""
        self.phone.media.mute(self.number, True)
        self.phone.request(self, "INVITE", body=self.phone.offer(self, direction))

    def resume(self) -> None:
        """And take it back."""
        self.phone.media.mute(self.number, False)
        self.phone.request(self, "INVITE", body=self.phone.offer(self))

    def press(self, digits: str) -> None:
        """Press keys, five a second."""
        self.phone.media.press(self.number, digits)

    def transfer(self, number: str) -> None:
        """Blind: refer the far end to ``number``."""
        self.phone.refer(self, f"sip:{number}@{self.phone.toward.ip}:{self.phone.toward.port}")

    def transfer_to(self, other: PhoneCall) -> None:
        """Attended: the far end takes this phone's place in ``other``."""
        tags = f"{other.call_id};to-tag={sip.tag(other.remote)};from-tag={sip.tag(other.local)}"
        self.phone.refer(self, f"{sip.uri(other.remote)}?Replaces={quote(tags, safe='')}")

    def ear(self) -> Ear:
        """What it has heard since the answer."""
        return self.phone.media.ear(self.number)


class Softphone:
    """A phone at ``at`` of the server at ``toward``; its calls send ``tone_hz``. ``with`` ends it and its calls."""

    def __init__(
        self, login: Login, toward: Address, *, ip: str = "127.0.0.1", tone_hz: int | None = None
    ) -> None:
        self.login, self.toward, self.ip = login, toward, ip
        self.media = Media(ip, LINES, Speech("alaw", tone_hz))
        self.calls: list[PhoneCall] = []
        self._taken = 0
        self._changed = threading.Condition()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, _STAMPED, 1)
        self._socket.bind((ip, 0))
        self.port = self._socket.getsockname()[1]
        self._ids = itertools.count(1)
        self._replies: dict[tuple[str, str], bytes] = {}
        self._registered = 0
        self._open = True
        self._thread = threading.Thread(target=self._listen, name=f"phone {login.username}", daemon=True)

    def __enter__(self) -> Softphone:
        self.media.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for call in self.calls:
            if call.state != "over":
                call.hang_up()
        self._open = False
        self._socket.sendto(b"", (self.ip, self.port))
        self._thread.join()
        self._socket.close()
        self.media.close()

    # ── what one does with it ────────────────────────────────────────────────

    def register(self, seconds: int = 3600) -> None:
        """Sign in; returns when the server has agreed."""
        self._registered = 0
        self._register(seconds)
        self.until(lambda: self._registered, SECONDS, f"{self.login.username} registers")
        if self._registered != 200:
            raise HotlineError(f"{self.login.username} could not register: {self._registered}")

    def dial(self, number: str) -> PhoneCall:
        """Call ``number``; the call's state tells what becomes of it."""
        call = self._call(f"{secrets.token_hex(8)}@{self.ip}")
        call.target = f"sip:{number}@{self.toward.ip}:{self.toward.port}"
        call.local = f"<sip:{self.login.username}@{self.ip}>;tag={secrets.token_hex(4)}"
        call.remote = f"<{call.target}>"
        self.request(call, "INVITE", body=self.offer(call))
        return call

    def incoming(self, seconds: float = SECONDS) -> PhoneCall:
        """The next call that rings here, in order, now or when it comes."""

        def rung() -> PhoneCall | None:
            fresh = [call for call in self.calls if call.invite][self._taken :]
            return fresh[0] if fresh else None

        call = self.until(rung, seconds, f"{self.login.username} rings")
        self._taken += 1
        return cast(PhoneCall, call)

    def until(self, look: Callable[[], object], seconds: float, what: str) -> PhoneCall | None:
        """Wait for something this phone will notice. Raises HotlineError with ``what``."""
        with self._changed:
            if not self._changed.wait_for(look, seconds):
                raise HotlineError(f"not within {seconds:g} s: {what}")
            found = look()
        return found if isinstance(found, PhoneCall) else None

    # ── what a call does ─────────────────────────────────────────────────────

    def answer(self, call: PhoneCall) -> None:
        """Pick up."""
        at = time.monotonic()
        self._reply(call.asked, "200 OK", call.local, self.offer(call))
        self._talk(call, call.asked.body)
        self._become(call, "up", at)

    def refuse(self, call: PhoneCall, status: str) -> None:
        """A final status in place of an answer."""
        self._reply(call.asked, status, call.local)
        self._become(call, "over")

    def hang_up(self, call: PhoneCall) -> None:
        """End it, whatever state it is in."""
        at = time.monotonic()
        if call.state == "up":
            self.request(call, "BYE")
        elif call.invite is not None:
            self._reply(call.invite, "480 Temporarily Unavailable", call.local)
        else:
            self.request(call, "CANCEL")
            return
        self.media.ended(call.number)
        self._become(call, "over", at)

    def refer(self, call: PhoneCall, target: str) -> None:
        """Have the far end call ``target``."""
        us = f"<sip:{self.login.username}@{self.ip}:{self.port}>"
        self.request(call, "REFER", [("Refer-To", f"<{target}>"), ("Referred-By", us)])

    def request(
        self, call: PhoneCall, method: str, more: list[tuple[str, str]] | None = None, body: str = ""
    ) -> None:
        """A request within (or beginning) the call's dialog."""
        call.cseq += method not in ("ACK", "CANCEL")
        headers = self._headers(call, method, call.cseq) + (more or [])
        self._send(sip.compose(f"{method} {call.target} SIP/2.0", headers, body))

    def offer(self, call: PhoneCall, direction: str = "sendrecv") -> str:
        """A-law and keys at this call's port."""
        lines = ["v=0", f"o=- 1 {next(self._ids)} IN IP4 {self.ip}", "s=-", f"c=IN IP4 {self.ip}", "t=0 0"]
        lines += [
            f"m=audio {call.port} RTP/AVP {PAYLOAD_TYPE['alaw']} 101",
            "a=rtpmap:101 telephone-event/8000",
        ]
        return "".join(f"{line}\r\n" for line in [*lines, "a=ptime:20", f"a={direction}"])

    # ── below ────────────────────────────────────────────────────────────────

    def _call(self, call_id: str) -> PhoneCall:
        call = PhoneCall(self, len(self.calls) + 1, call_id)
        used = {other.port for other in self.calls if other.state != "over"}
        call.port = next(port for port in self.media.ports if port not in used)
        self.calls.append(call)
        return call

    def _headers(self, call: PhoneCall, method: str, cseq: int) -> list[tuple[str, str]]:
        branch = call.moments.get("branch") if method == "CANCEL" else None
        named = f"z9hG4bK{int(branch)}" if branch else self._branch()
        if method == "INVITE":
            call.moments["branch"] = int(named.removeprefix("z9hG4bK"))
        return [
            ("Via", f"SIP/2.0/UDP {self.ip}:{self.port};branch={named};rport"),
            ("From", call.local),
            ("To", call.remote),
            ("Call-ID", call.call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<sip:{self.login.username}@{self.ip}:{self.port}>"),
            ("Max-Forwards", "70"),
            ("Allow", "INVITE,ACK,BYE,CANCEL,REFER,NOTIFY,UPDATE"),
        ]

    def _branch(self) -> str:
        return f"z9hG4bK{secrets.randbits(48)}"

    def _register(self, seconds: int, more: list[tuple[str, str]] | None = None) -> None:
        us = f"<sip:{self.login.username}@{self.toward.ip}:{self.toward.port}>"
        headers = [
            ("Via", f"SIP/2.0/UDP {self.ip}:{self.port};branch={self._branch()};rport"),
            ("From", f"{us};tag={secrets.token_hex(4)}"),
            ("To", us),
            ("Call-ID", f"register-{self.port}@{self.ip}"),
            ("CSeq", f"{next(self._ids)} REGISTER"),
            ("Contact", f"<sip:{self.login.username}@{self.ip}:{self.port}>"),
            ("Max-Forwards", "70"),
            ("Expires", str(seconds)),
        ]
        self._send(sip.compose(f"REGISTER sip:{self.toward.ip} SIP/2.0", headers + (more or [])))

    def _send(self, data: bytes) -> None:
        self._socket.sendto(data, (self.toward.ip, self.toward.port))

    def _reply(self, request: sip.SipMessage, status: str, to: str, body: str = "") -> None:
        same = [("Via", via) for via in request.headers["via"]]
        same += [
            ("From", request["from"]),
            ("To", to),
            ("Call-ID", request["call-id"]),
            ("CSeq", request["cseq"]),
        ]
        same += [("Contact", f"<sip:{self.login.username}@{self.ip}:{self.port}>")]
        data = sip.compose(f"SIP/2.0 {status}", same, body)
        self._replies[request.branch, request.method] = data
        self._send(data)

    def _become(self, call: PhoneCall, state: State, at: float | None = None) -> None:
        """``at``: when the message was sent or came, which may be before this thread's turn."""
        with self._changed:
            call.state = state
            call.moments.setdefault(state, time.monotonic() if at is None else at)
            self._changed.notify_all()

    def _talk(self, call: PhoneCall, sdp: str) -> None:
        if call.state != "up":
            self.media.answered(call.number, call.port, sip.media_address(sdp))

    def _listen(self) -> None:
        while self._open:
            data, stamps, _, _ = self._socket.recvmsg(65535, socket.CMSG_SPACE(_STAMP.size))
            message = sip.parse(data)
            if not message["cseq"]:
                continue
            with self._changed:
                if message.status:
                    self._answered(message, _came(stamps))
                else:
                    self._asked(message, _came(stamps))
                self._changed.notify_all()

    def _find(self, message: sip.SipMessage) -> PhoneCall | None:
        return next((call for call in self.calls if call.call_id == message["call-id"]), None)

    # a response

    def _answered(self, message: sip.SipMessage, at: float) -> None:
        call = self._find(message)
        if message.method == "REGISTER":
            self._register_answered(message)
        elif call is None or message.status < 180:
            return
        elif message.method == "INVITE":
            self._invite_answered(call, message, at)

    def _register_answered(self, message: sip.SipMessage) -> None:
        if message.status == 401:
            told = sip.authorization(
                message["www-authenticate"], self.login.username, self.login.password, "REGISTER",
                f"sip:{self.toward.ip}",
            )  # fmt: skip
            self._register(3600, [("Authorization", told)])
        elif message.status >= 200:
            self._registered = message.status

    def _invite_answered(self, call: PhoneCall, message: sip.SipMessage, at: float) -> None:
        if message.status < 200:
            return
        call.remote = message["to"]
        if message.status >= 300:
            self._acknowledge(call, message)
            if message.status == 401 and not call.tried:
                self._invite_again(call, message)
            elif call.state == "early":
                call.status = message.status
                self._become(call, "over", at)
            return
        call.target = sip.uri(message["contact"]) or call.target
        self._acknowledge(call, message)
        self._talk(call, message.body)
        if call.state == "early":
            self._become(call, "up", at)

    def _acknowledge(self, call: PhoneCall, message: sip.SipMessage) -> None:
        headers = self._headers(call, "ACK", int(message["cseq"].split()[0]))
        if message.status >= 300:
            headers[0] = ("Via", message["via"])
        self._send(sip.compose(f"ACK {call.target} SIP/2.0", headers))

    def _invite_again(self, call: PhoneCall, message: sip.SipMessage) -> None:
        call.tried = True
        call.remote = f"<{call.target}>"
        told = sip.authorization(
            message["www-authenticate"], self.login.username, self.login.password, "INVITE", call.target
        )
        self.request(call, "INVITE", [("Authorization", told)], self.offer(call))

    # a request

    def _asked(self, message: sip.SipMessage, at: float) -> None:
        call = self._find(message)
        if again := self._replies.get((message.branch, message.method)):
            self._send(again)
        elif message.method == "INVITE" and call is None:
            self._rings(message, at)
        elif message.method == "INVITE" and call is not None:
            self._reply(message, "200 OK", call.local, self.offer(call))
        elif message.method != "ACK":
            self._reply(message, "200 OK", message["to"])
            if call is not None:
                self._told(call, message, at)

    def _rings(self, message: sip.SipMessage, at: float) -> None:
        call = self._call(message["call-id"])
        call.invite, call.remote, call.target = message, message["from"], sip.uri(message["contact"])
        call.local = f"{message['to']};tag={secrets.token_hex(4)}"
        self._reply(message, "180 Ringing", call.local)
        self._become(call, "ringing", at)

    def _told(self, call: PhoneCall, message: sip.SipMessage, at: float) -> None:
        if message.method == "NOTIFY" and message.body.startswith("SIP/2.0"):
            call.refer_statuses.append(int(message.body.split()[1]))
            if call.refer_statuses[-1] == 200 and call.state == "up":
                self.hang_up(call)
        elif message.method in ("BYE", "CANCEL"):
            if message.method == "CANCEL" and call.invite is not None:
                self._reply(call.invite, "487 Request Terminated", call.local)
            self.media.ended(call.number)
            self._become(call, "over", at)


def _came(stamps: list[tuple[int, int, bytes]]) -> float:
    """When a message came, by the monotonic clock."""
    seconds, nanoseconds = cast(tuple[int, int], _STAMP.unpack(stamps[0][2]))
    return time.monotonic() - (time.time() - seconds - nanoseconds / 1e9)
