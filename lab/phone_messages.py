"""What a softphone sends: its SIP messages and offers, out of its account and addresses. No socket."""

from __future__ import annotations

import itertools
import secrets

from lab import sip_message as sip
from lab.g711 import PAYLOAD_TYPE
from lab.phone_call import PhoneCall
from lab.scenario import Login
from lab.sipp_run import Address

Header = tuple[str, str]


class Writer:
    """Writes for the phone of ``login`` at ``own``, whose server is at ``toward``."""

    def __init__(self, login: Login, toward: Address, own: Address) -> None:
        self._login, self._toward, self._own = login, toward, own
        self._ids = itertools.count(1)
        self.contact = f"<sip:{login.username}@{own.ip}:{own.port}>"

    def registration(self, seconds: int, more: list[Header]) -> bytes:
        """REGISTER for so long."""
        us = f"<sip:{self._login.username}@{self._toward.ip}:{self._toward.port}>"
        headers = [
            ("Via", self._via(_branch())),
            ("From", f"{us};tag={secrets.token_hex(4)}"),
            ("To", us),
            ("Call-ID", f"register-{self._own.port}@{self._own.ip}"),
            ("CSeq", f"{next(self._ids)} REGISTER"),
            ("Contact", self.contact),
            ("Max-Forwards", "70"),
            ("Expires", str(seconds)),
        ]
        return sip.compose(f"REGISTER sip:{self._toward.ip} SIP/2.0", headers + more)

    def request(self, call: PhoneCall, method: str, more: list[Header], body: str = "") -> bytes:
        """A request within (or beginning) the call's dialog, with its present number."""
        headers = self._headers(call, method, call.cseq)
        return sip.compose(f"{method} {call.target} SIP/2.0", headers + more, body)

    def acknowledgement(self, call: PhoneCall, message: sip.SipMessage) -> bytes:
        """ACK for a final answer."""
        headers = self._headers(call, "ACK", int(message["cseq"].split()[0]))
        if message.status >= 300:
            headers[0] = ("Via", message["via"])
        return sip.compose(f"ACK {call.target} SIP/2.0", headers)

    def reply(self, request: sip.SipMessage, status: str, to: str, body: str = "") -> bytes:
        """An answer to a request."""
        same = [("Via", via) for via in request.headers["via"]]
        same += [
            ("From", request["from"]),
            ("To", to),
            ("Call-ID", request["call-id"]),
            ("CSeq", request["cseq"]),
            ("Contact", self.contact),
        ]
        return sip.compose(f"SIP/2.0 {status}", same, body)

    def proof(self, challenge: sip.SipMessage, method: str, target: str) -> Header:
        """The header that answers a 401."""
        login = self._login
        asked = challenge["www-authenticate"]
        return "Authorization", sip.authorization(asked, login.username, login.password, method, target)

    def offer(self, port: int, direction: str) -> str:
        """A-law and keys at a port."""
        ip = self._own.ip
        lines = ["v=0", f"o=- 1 {next(self._ids)} IN IP4 {ip}", "s=-", f"c=IN IP4 {ip}", "t=0 0"]
        lines += [f"m=audio {port} RTP/AVP {PAYLOAD_TYPE['alaw']} 101", "a=rtpmap:101 telephone-event/8000"]
        return "".join(f"{line}\r\n" for line in [*lines, "a=ptime:20", f"a={direction}"])

    def _headers(self, call: PhoneCall, method: str, cseq: int) -> list[Header]:
        branch = call.branch if method == "CANCEL" else _branch()
        if method == "INVITE":
            call.branch = branch
        return [
            ("Via", self._via(branch)),
            ("From", call.local),
            ("To", call.remote),
            ("Call-ID", call.call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", self.contact),
            ("Max-Forwards", "70"),
            ("Allow", "INVITE,ACK,BYE,CANCEL,REFER,NOTIFY,UPDATE"),
        ]

    def _via(self, branch: str) -> str:
        return f"SIP/2.0/UDP {self._own.ip}:{self._own.port};branch={branch};rport"


def _branch() -> str:
    return f"z9hG4bK{secrets.randbits(48)}"
