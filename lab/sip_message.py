"""SIP messages as a softphone needs them: text in, fields out, and digest answers (RFC 3261, RFC 2617)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import md5

CRLF = "\r\n"


@dataclass(frozen=True)
class SipMessage:
    """One request or response. ``headers`` are lower-case names; those that come twice are in order."""

    start: str
    headers: dict[str, list[str]] = field(default_factory=dict)
    body: str = ""

    @property
    def status(self) -> int:
        """The status of a response; 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else 0

    @property
    def method(self) -> str:
        """The request's method, or that of the request this answers."""
        return self["cseq"].split()[-1]

    @property
    def branch(self) -> str:
        """What names the transaction."""
        found = re.search(r"branch=([^;,\s]+)", self["via"])
        return found.group(1) if found else ""

    def __getitem__(self, name: str) -> str:
        return self.headers.get(name, [""])[0]


def parse(data: bytes) -> SipMessage:
    """The message of one datagram."""
    head, _, body = data.decode(errors="replace").partition(CRLF * 2)
    start, *lines = head.split(CRLF)
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(LONG.get(name.lower(), name.lower()), []).append(value.strip())
    return SipMessage(start, headers, body)


LONG = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}
"""Compact header names."""


def compose(
    start: str, headers: list[tuple[str, str]], body: str = "", kind: str = "application/sdp"
) -> bytes:
    """The bytes of a message."""
    if body:
        headers = [*headers, ("Content-Type", kind)]
    lines = [
        start,
        *(f"{name}: {value}" for name, value in headers),
        f"Content-Length: {len(body)}",
        "",
        body,
    ]
    return CRLF.join(lines).encode()


def tag(address: str) -> str:
    """The tag of a From or To."""
    found = re.search(r";tag=([^;>\s]+)", address)
    return found.group(1) if found else ""


def uri(address: str) -> str:
    """The URI in angle brackets."""
    found = re.search(r"<([^>]+)>", address)
    return found.group(1) if found else address


def media_address(sdp: str) -> tuple[str, int]:
    """Where the far end wants its sound. Raises ValueError for an SDP without audio."""
    host = re.search(r"^c=IN IP4 (\S+)", sdp, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", sdp, re.MULTILINE)
    if not host or not port:
        raise ValueError("no audio in the session description")
    return host.group(1), int(port.group(1))


def authorization(challenge: str, username: str, password: str, method: str, target: str) -> str:
    """The answer to a digest challenge, with qop=auth when it is offered."""
    asked = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge.partition(" ")[2]))
    realm, nonce = asked["realm"], asked["nonce"]
    ours, theirs = _md5(f"{username}:{realm}:{password}"), _md5(f"{method}:{target}")
    fields = {"username": username, "realm": realm, "nonce": nonce, "uri": target}
    if "qop" in asked:
        count, cnonce = "00000001", "0a4f113b"
        fields["response"] = _md5(f"{ours}:{nonce}:{count}:{cnonce}:auth:{theirs}")
        fields |= {"cnonce": cnonce}
        tail = f", nc={count}, qop=auth"
    else:
        fields["response"], tail = _md5(f"{ours}:{nonce}:{theirs}"), ""
    if "opaque" in asked:
        fields["opaque"] = asked["opaque"]
    quoted = ", ".join(f'{name}="{value}"' for name, value in fields.items())
    return f"Digest {quoted}, algorithm=MD5{tail}"


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
