"""A softphone with hands: what SIPp's fixed scenarios can't do with a call that is up.

It registers, dials, answers, holds, transfers (blind by REFER, attended by REFER with Replaces), presses keys,
sends a tone and keeps what it hears. ``lab.media`` makes the sound, with random RTP sequence numbers, as real
phones have. ``lab.baresip`` is the phone of another make beside it: it knows no attended transfer, and is a
process for each phone.
"""

from __future__ import annotations

import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import cast

from callcenter.errors import HotlineError
from lab import sip_message as sip
from lab.media import Media
from lab.phone_call import SECONDS, PhoneCall, State
from lab.phone_messages import Writer
from lab.scenario import Login
from lab.sipp_run import Address
from lab.speech import Speech

LINES = 4
"""Calls a phone may have at once."""
_STAMP, _STAMPED = struct.Struct("@ll"), 35
"""Linux's SO_TIMESTAMPNS: seconds and nanoseconds since 1970 at which the kernel had the message."""


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
        self._write = Writer(login, toward, Address(ip, self.port))
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
        self._send(self._write.registration(seconds, []))
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
        self.request(call, "REFER", [("Refer-To", f"<{target}>"), ("Referred-By", self._write.contact)])

    def request(
        self, call: PhoneCall, method: str, more: list[tuple[str, str]] | None = None, body: str = ""
    ) -> None:
        """A request within (or beginning) the call's dialog."""
        call.cseq += method not in ("ACK", "CANCEL")
        self._send(self._write.request(call, method, more or [], body))

    def offer(self, call: PhoneCall, direction: str = "sendrecv") -> str:
        """A-law and keys at this call's port."""
        return self._write.offer(call.port, direction)

    # ── below ────────────────────────────────────────────────────────────────

    def _call(self, call_id: str) -> PhoneCall:
        call = PhoneCall(self, len(self.calls) + 1, call_id)
        used = {other.port for other in self.calls if other.state != "over"}
        call.port = next(port for port in self.media.ports if port not in used)
        self.calls.append(call)
        return call

    def _send(self, data: bytes) -> None:
        self._socket.sendto(data, (self.toward.ip, self.toward.port))

    def _reply(self, request: sip.SipMessage, status: str, to: str, body: str = "") -> None:
        data = self._write.reply(request, status, to, body)
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
            proof = self._write.proof(message, "REGISTER", f"sip:{self.toward.ip}")
            self._send(self._write.registration(3600, [proof]))
        elif message.status >= 200:
            self._registered = message.status

    def _invite_answered(self, call: PhoneCall, message: sip.SipMessage, at: float) -> None:
        if message.status < 200:
            return
        call.remote = message["to"]
        if message.status >= 300:
            self._send(self._write.acknowledgement(call, message))
            if message.status == 401 and not call.tried:
                self._invite_again(call, message)
            elif call.state == "early":
                call.status = message.status
                self._become(call, "over", at)
            return
        call.target = sip.uri(message["contact"]) or call.target
        self._send(self._write.acknowledgement(call, message))
        self._talk(call, message.body)
        if call.state == "early":
            self._become(call, "up", at)

    def _invite_again(self, call: PhoneCall, message: sip.SipMessage) -> None:
        call.tried = True
        call.remote = f"<{call.target}>"
        self.request(call, "INVITE", [self._write.proof(message, "INVITE", call.target)], self.offer(call))

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
