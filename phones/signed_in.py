"""Which seats' phones are signed in at Asterisk now, from where, and how."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from callcenter.errors import Unreachable
from callcenter.ports import App


class Contact(NamedTuple):
    """Where a phone is reached. ``reachable``: it answered when it was asked last."""

    address: str
    transport: str
    reachable: bool


def signed_in(app: App) -> Mapping[str, Contact] | None:
    """By seat; None when Asterisk's manager interface can't be asked."""
    try:
        return contacts(asyncio.run(_ask(app)))
    except Unreachable:
        return None


async def _ask(app: App) -> list[Mapping[str, Any]]:
    async with app.manager() as manager:
        rows: list[Mapping[str, Any]] = await manager.action_list(
            "PJSIPShowRegistrationInboundContactStatuses", {}
        )
        return rows


def contacts(rows: Iterable[Mapping[str, Any]]) -> dict[str, Contact]:
    """Asterisk's answer by seat; pure."""
    return {
        row["AOR"]: Contact(_address(row["URI"]), _transport(row["URI"]), row["Status"] == "Reachable")
        for row in rows
        if row.get("Event") == "ContactStatusDetail" and row.get("URI")
    }


def _address(uri: str) -> str:
    return re.sub(r"^sips?:(?:[^@]*@)?", "", uri).partition(";")[0]


def _transport(uri: str) -> str:
    found = re.search(r";transport=(\w+)", uri, re.IGNORECASE)
    return found[1].lower() if found else "tls" if uri.startswith("sips:") else "udp"
