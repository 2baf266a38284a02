"""What SIPp itself wrote of the messages it sent and received, and the calls of a phone that they are. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_HEAD = re.compile(
    r"^-{20,} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d+)\n\S+ message (sent|received) .*:\n\n", re.MULTILINE
)
_INVITED = re.compile(r"INVITE sip:([^@;>]+)@")


@dataclass(frozen=True)
class Message:
    """One message; ``at`` by SIPp's clock, ``first`` is its first line, ``about`` the CSeq's method."""

    at: dt.datetime
    sent: bool
    first: str
    call_id: str
    about: str


@dataclass
class Rung:
    """One call to a phone: of the account that was invited. None: not answered, not over."""

    account: str
    began_at: dt.datetime
    answered_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None


def messages(text: str, zone: dt.tzinfo | None = None) -> Iterator[Message]:
    """The messages in SIPp's file; its clock is the machine's, or that of ``zone``."""
    heads = list(_HEAD.finditer(text))
    ends = [*(each.start() for each in heads), len(text)][1:]
    for head, end in zip(heads, ends, strict=True):
        at = dt.datetime.fromisoformat(f"{head[1]} {head[2][:15]}")
        at = (at.replace(tzinfo=zone) if zone else at.astimezone()).astimezone(dt.UTC)
        lines = text[head.end() : end].split("\n\n", 1)[0].splitlines()
        fields = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        about = fields.get("cseq", "").rpartition(" ")[2]
        yield Message(at, head[3] == "sent", lines[0] if lines else "", fields.get("call-id", ""), about)


def rung(told: Iterable[Message]) -> list[Rung]:
    """The calls to a phone, from the invitation by way of the answer to the end; who passes on is done with it."""
    found: dict[str, Rung] = {}
    for message in told:
        invited = _INVITED.match(message.first)
        if invited and not message.sent:
            found.setdefault(message.call_id, Rung(invited[1], message.at))
        elif (call := found.get(message.call_id)) and call.ended_at is None:
            _follow(call, message)
    return list(found.values())


def _follow(call: Rung, message: Message) -> None:
    word, _, rest = message.first.partition(" ")
    if word == "SIP/2.0":
        final = message.sent and message.about == "INVITE" and rest[:1] in "23456"
        if final and rest[0] == "2":
            call.answered_at = call.answered_at or message.at
        elif final:
            call.ended_at = message.at
    elif word in ("BYE", "CANCEL", "REFER"):
        call.ended_at = message.at
