"""Lines of Asterisk's security log, as ``res_security_log`` writes them, into failed attempts. Pure.

What counts was seen on 22.10.1: PJSIP answers every request of an account it does not know with a challenge, and
says so with the account ``<unknown>``; a wrong password is ChallengeResponseFailed. Its InvalidAccountID comes beside
one of these and is not counted again.

Asterisk writes a Call-ID as it came, quotes and all, so a stranger may put a second RemoteAddress into the line and
have somebody else shut out. What comes of them stands before the true address, or behind it with its quotes
escaped: the last address whose quotes are none of that is the true one.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from typing import NamedTuple

_HEAD = re.compile(
    r'SecurityEvent="(\w+)",EventTV="([^"]*)",Severity="\w+",Service="PJSIP",EventVersion="\w+",AccountID="([^"]*)"'
)
_REMOTE = re.compile(r'(?<!\\)",RemoteAddress="IPV[46]/\w+/([0-9A-Fa-f.:]+)/\d+"')
_FAILED = frozenset(["ChallengeResponseFailed", "InvalidPassword", "FailedACL"])


class Failure(NamedTuple):
    """One attempt that failed. ``account`` is the one it was made on, ``<unknown>`` for none of ours."""

    at: dt.datetime
    address: str
    event: str
    account: str


def failure(line: bytes) -> Failure | None:
    """The failed attempt a line tells of; None for every other line."""
    text = line.decode(errors="replace")
    head, remote = _HEAD.search(text), _REMOTE.findall(text)
    if head is None or not remote:
        return None
    event, moment, account = head.groups()
    if event not in _FAILED and (event, account) != ("ChallengeSent", "<unknown>"):
        return None
    try:
        at = dt.datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S.%f%z")
        address = ipaddress.ip_address(remote[-1])
    except ValueError:
        return None
    return Failure(at, str(getattr(address, "ipv4_mapped", None) or address), event, account)
