"""The message lamp of a phone: it subscribes, and is told how many messages are new and how many were heard."""

from __future__ import annotations

import re
import secrets
import socket
import time
from types import TracebackType

from lab import sip_message as sip
from lab.scenario import Login
from lab.sipp_run import Address

SECONDS = 20.0
SUMMARY = [("Event", "message-summary"), ("Accept", "application/simple-message-summary"), ("Expires", "600")]


class Lamp:
    """Of the account ``login``; ``with`` ends it."""

    def __init__(self, login: Login, toward: Address, ip: str) -> None:
        self._login, self._toward, self._ip = login, toward, ip
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((ip, 0))
        self._port = self._socket.getsockname()[1]
        self._id, self._tag = f"{secrets.token_hex(8)}@{ip}", secrets.token_hex(4)
        self._target = f"sip:{login.username}@{toward.ip}:{toward.port}"
        self._told: tuple[int, int] | None = None

    def __enter__(self) -> Lamp:
        self._subscribe(1, [])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def shows(self, new: int, heard: int) -> None:
        """Wait until it has been told of so many. AssertionError when it is not."""
        until = time.monotonic() + SECONDS
        while self._told != (new, heard):
            self._socket.settimeout(max(until - time.monotonic(), 0.01))
            try:
                self._take(sip.parse(self._socket.recv(65535)))
            except TimeoutError:
                raise AssertionError(f"the lamp shows {self._told}, not {(new, heard)}") from None

    def _take(self, message: sip.SipMessage) -> None:
        if message.status == 401:
            told = sip.authorization(
                message["www-authenticate"],
                self._login.username,
                self._login.password,
                "SUBSCRIBE",
                self._target,
            )
            self._subscribe(2, [("Authorization", told)])
        elif message.status >= 300:
            raise AssertionError(f"the subscription was refused: {message.start}")
        elif not message.status and message.method == "NOTIFY":
            same = [(name, message[name.lower()]) for name in ("Via", "From", "To", "Call-ID", "CSeq")]
            self._send(sip.compose("SIP/2.0 200 OK", same))
            if found := re.search(r"^Voice-Message: (\d+)/(\d+)", message.body, re.MULTILINE):
                self._told = int(found.group(1)), int(found.group(2))

    def _subscribe(self, number: int, more: list[tuple[str, str]]) -> None:
        us = f"<sip:{self._login.username}@{self._ip}:{self._port}>"
        headers = [
            ("Via", f"SIP/2.0/UDP {self._ip}:{self._port};branch=z9hG4bK{secrets.token_hex(8)};rport"),
            ("From", f"<sip:{self._login.username}@{self._ip}>;tag={self._tag}"),
            ("To", f"<{self._target}>"),
            ("Call-ID", self._id),
            ("CSeq", f"{number} SUBSCRIBE"),
            ("Contact", us),
            ("Max-Forwards", "70"),
        ]
        self._send(sip.compose(f"SUBSCRIBE {self._target} SIP/2.0", [*headers, *SUMMARY, *more]))

    def _send(self, data: bytes) -> None:
        self._socket.sendto(data, (self._toward.ip, self._toward.port))
