"""Which seats' phones are signed in at Asterisk now, from where, and how."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from callcenter.ports import App, AsteriskConsole

STATUS = re.compile(r"^ *Contact: +\S+ +([0-9a-f]{10}) +(\S+)", re.MULTILINE)
KEPT = re.compile(r"^/registrar/contact/([^;\s]+);@([0-9a-f]+) *: (\{.*\})", re.MULTILINE)
REACHABLE = ("Avail", "NonQual")


class Contact(NamedTuple):
    """Where a phone is reached. ``reachable``: it answered when it was asked last."""

    address: str
    transport: str
    reachable: bool
    software: str
    """What the phone says it is."""


def signed_in(app: App) -> Mapping[str, Contact] | None:
    """By seat; None when no Asterisk answers here. The manager interface tells it to nobody with our few rights."""
    console = app.console()
    return contacts_of(console) if console is not None else None


def contacts_of(console: AsteriskConsole) -> dict[str, Contact]:
    """By seat. Raises Unreachable."""
    return contacts(console.rx("database show registrar"), console.rx("pjsip show contacts"))


def contacts(kept: str, states: str) -> dict[str, Contact]:
    """The console's answers by seat; pure. The list of contacts has their states, but cuts their addresses."""
    known = dict(STATUS.findall(states))
    return {
        seat: _contact(json.loads(fields), known.get(digest[:10], "") in REACHABLE)
        for seat, digest, fields in KEPT.findall(kept)
    }


def _contact(fields: Mapping[str, str], reachable: bool) -> Contact:
    uri = fields["uri"].replace("^3B", ";")
    return Contact(_address(uri), _transport(uri), reachable, fields.get("user_agent", ""))


def _address(uri: str) -> str:
    return re.sub(r"^sips?:(?:[^@]*@)?", "", uri).partition(";")[0]


def _transport(uri: str) -> str:
    found = re.search(r";transport=(\w+)", uri, re.IGNORECASE)
    return found[1].lower() if found else "tls" if uri.startswith("sips:") else "udp"
