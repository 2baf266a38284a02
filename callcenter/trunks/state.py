"""How each trunk is, out of what Asterisk's console prints. Pure, but for ``look``.

The manager's lists of contacts and registrations need the right ``system``, with which an account can do
anything; the console is open to Asterisk's own account only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from callcenter.ports import AsteriskConsole
from callcenter.site import Site
from callcenter.site.edge import Trunk

Word = Literal["up", "down", "unknown", "unasked"]
GROUP = "trunk"
"""The category of channels that the limit counts too (``extensions/20-inside``)."""
UNREACHABLE, NOT_SIGNED_IN, REFUSED, UNREGISTERED = (
    "does not answer OPTIONS",
    "the gateway has not signed in",
    "the provider refuses our registration",
    "the provider does not answer our registration",
)
MENDS = {
    UNREACHABLE: "is the far end switched on, and its address right? ping it from here",
    NOT_SIGNED_IN: "see hotline trunks sheet for what has to be typed into it",
    REFUSED: "check the username, and hotline secrets set trunk/NAME",
    UNREGISTERED: "is the provider's server reachable from here, and its name right?",
}
"""What to do about each reason."""
_CONTACT = re.compile(r"^ *Contact: +\S+?/(\S+) +\S+ +(\w+) +(\S+)$", re.MULTILINE)
_REGISTRATION = re.compile(r"^ (\S+?)/\S+ +\S+ +(\w+)", re.MULTILINE)
_CHANNEL = re.compile(rf"^\S+ +(\S+) +{GROUP} *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a trunk's far end is. ``status`` is Asterisk's word: Avail, Unavail, NonQual."""

    uri: str
    status: str
    rtt_ms: float | None


@dataclass(frozen=True, slots=True)
class TrunkState:
    """One trunk now. ``registration`` is None where we don't sign in; ``in_use`` counts calls both ways."""

    trunk: Trunk
    word: Word
    reason: str
    contacts: tuple[Contact, ...] = ()
    registration: str | None = None
    in_use: int | None = None


def look(site: Site, console: AsteriskConsole) -> list[TrunkState]:
    """Ask for every trunk of the site, in its order. Raises Unreachable."""
    registered = registrations(console.rx("pjsip show registrations"))
    used = in_use(console.rx("group show channels"))
    found = []
    for trunk in site.trunks:
        board = trunk.connection.by == "board"
        there = () if board else contacts(console.rx(f"pjsip show aor {aor(trunk)}"))
        found.append(judge(trunk, there, registered.get(trunk.name), used[trunk.name]))
    return found


def unseen(site: Site) -> list[TrunkState]:
    """Every trunk while no Asterisk answers."""
    return [TrunkState(trunk, "unknown", "no Asterisk answers") for trunk in site.trunks]


def judge(
    trunk: Trunk, there: Sequence[Contact], registration: str | None = None, used: int | None = None
) -> TrunkState:
    """What contacts and registration mean together."""
    word, reason = _judged(trunk, {contact.status for contact in there}, registration)
    return TrunkState(trunk, word, reason, tuple(there), registration, used)


def _judged(trunk: Trunk, statuses: set[str], registration: str | None) -> tuple[Word, str]:
    if trunk.connection.by == "board":
        return "unasked", "a board: its lines tell"
    if registration == "Rejected":
        return "down", REFUSED
    if registration is not None and registration != "Registered":
        return "down", UNREGISTERED
    if not statuses:
        return (
            ("down", NOT_SIGNED_IN) if trunk.connection.by == "registration" else ("unknown", "not known yet")
        )
    if "Avail" in statuses:
        return "up", ""
    if statuses == {"Unavail"}:
        return "down", UNREACHABLE
    if trunk.check_seconds == 0:
        return ("up", "") if registration else ("unasked", "check_seconds is 0")
    return "unknown", "not asked yet"


def aor(trunk: Trunk) -> str:
    """The address of record that holds the trunk's contacts."""
    return trunk.connection.username if trunk.connection.by == "registration" else trunk.name


def contacts(text: str) -> tuple[Contact, ...]:
    """``pjsip show aor``."""
    return tuple(Contact(uri, status, _rtt(rtt)) for uri, status, rtt in _CONTACT.findall(text))


def registrations(text: str) -> dict[str, str]:
    """``pjsip show registrations``: trunk → Registered, Unregistered, Rejected or Stopped."""
    return dict(_REGISTRATION.findall(text))


def in_use(text: str) -> Counter[str]:
    """``group show channels``: trunk → calls."""
    return Counter(_CHANNEL.findall(text))


def _rtt(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9.]+", text) else None
