"""SIP over a secure websocket, as a browser's page speaks it (RFC 6455, RFC 7118): just enough for one phone."""

from __future__ import annotations

import base64
import os
import socket
import ssl
import struct

from lab import sip_message as sip
from lab.scenario import Login

TEXT, MASKED, LONG = 0x81, 0x80, 126
PLACE = "browser.invalid"
"""A page does not know its own address."""


class BrowserPhone:
    """A page that is open: it signs in, and reads what Asterisk sends."""

    def __init__(self, login: Login, port: int, trust: ssl.SSLContext) -> None:
        self.login = login
        self._line = trust.wrap_socket(
            socket.create_connection(("127.0.0.1", port), 10), server_hostname="127.0.0.1"
        )
        self._in = self._line.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        headers = {
            "Host": "x",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": "sip",
        }
        lines = ["GET /ws HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        self._line.sendall("\r\n".join([*lines, "", ""]).encode())
        self.answered = self._in.readline().decode()
        while self._in.readline().strip():
            pass

    def close(self) -> None:
        """Leave the page."""
        self._in.close()
        self._line.close()

    def register(self) -> sip.SipMessage:
        """Sign in; the final answer."""
        asked = self._register(1)
        if asked.status != 401:
            return asked
        target = "sip:127.0.0.1"
        told = sip.authorization(
            asked["www-authenticate"], self.login.username, self.login.password, "REGISTER", target
        )
        return self._register(2, ("Authorization", told))

    def invited(self) -> sip.SipMessage:
        """The next INVITE."""
        while (message := self._next()).status:
            pass
        return message

    def _next(self) -> sip.SipMessage:
        """The next message from Asterisk; when it asks whether we are still there, it is answered on the way."""
        while (message := self._read()).start.startswith("OPTIONS"):
            self._send(self._reply(message, "200 OK"))
        return message

    def _read(self) -> sip.SipMessage:
        size = self._in.read(2)[1] & 127
        if size == LONG:
            (size,) = struct.unpack(">H", self._in.read(2))
        return sip.parse(self._in.read(size))

    def refuse(self, invite: sip.SipMessage) -> None:
        """Busy."""
        self._send(self._reply(invite, "486 Busy Here"))

    def _reply(self, asked: sip.SipMessage, status: str) -> bytes:
        headers = [("Via", via) for via in asked.headers["via"]]
        headers += [(name, asked[name.lower()]) for name in ("From", "Call-ID", "CSeq")]
        return sip.compose(f"SIP/2.0 {status}", [*headers, ("To", f"{asked['to']};tag=b")])

    def _register(self, number: int, *more: tuple[str, str]) -> sip.SipMessage:
        me = f"<sip:{self.login.username}@127.0.0.1>"
        headers = [
            ("Via", f"SIP/2.0/WSS {PLACE};branch=z9hG4bK{number}"),
            ("From", f"{me};tag=a"),
            ("To", me),
            ("Call-ID", PLACE),
            ("CSeq", f"{number} REGISTER"),
            ("Max-Forwards", "70"),
            ("Contact", f"<sip:{self.login.username}@{PLACE};transport=ws>"),
            ("Expires", "60"),
            *more,
        ]
        self._send(sip.compose("REGISTER sip:127.0.0.1 SIP/2.0", headers))
        return self._next()

    def _send(self, message: bytes) -> None:
        mask = os.urandom(4)
        body = bytes(byte ^ mask[place % 4] for place, byte in enumerate(message))
        self._line.sendall(bytes([TEXT, MASKED | LONG]) + struct.pack(">H", len(message)) + mask + body)
