"""The inside numbers of a house as plain texts: ten thousand seats are read in a few milliseconds.

``site.json`` carries it beside the site, whose seats and agents are left out there for speed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from callcenter.feature_codes import codes
from callcenter.site import Site
from callcenter.site.board_lines import telephones
from callcenter.site.outbound import Rights


def is_on_board(endpoint: str) -> bool:
    """Whether it is a telephone on a board: no seat's name begins with a digit."""
    return endpoint.isdigit()


def phone_of(endpoint: str) -> str:
    """An endpoint as Dial takes it."""
    return f"DAHDI/{endpoint}" if is_on_board(endpoint) else f"PJSIP/{endpoint}"


@dataclass(frozen=True)
class NumberPlan:
    """What each inside number is. Nothing here changes after it is made."""

    seats: Mapping[str, str] = field(default_factory=dict)
    """Number → endpoint: a seat's name, or the channel of a telephone on a board."""
    agents: frozenset[str] = frozenset()
    mailboxes: frozenset[str] = frozenset()
    features: Mapping[str, str] = field(default_factory=dict)
    """Code → feature."""
    rights: Mapping[str, Rights] = field(default_factory=dict)
    """Endpoint or agent → how far it may call, of those of whom it is said."""
    rooms: frozenset[str] = frozenset()
    """Of conferences."""

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Endpoint → number."""
        return {endpoint: number for number, endpoint in self.seats.items()}

    @classmethod
    def of(cls, site: Site) -> Self:
        """The plan of a site."""
        on_boards = telephones(site)
        return cls(
            {seat.number: seat.name for seat in site.seats}
            | {telephone.number: channel for channel, telephone in on_boards},
            frozenset(agent.number for agent in site.agents),
            frozenset(mailbox.number for mailbox in site.mailboxes),
            codes(site.feature_codes),
            {seat.name: seat.rights for seat in site.seats if seat.rights}
            | {channel: telephone.rights for channel, telephone in on_boards if telephone.rights}
            | {agent.number: agent.rights for agent in site.agents if agent.rights},
            frozenset(room.number for room in site.rooms),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values; ``from_json`` reads them back equal."""
        return {
            "seats": dict(self.seats),
            "agents": sorted(self.agents),
            "mailboxes": sorted(self.mailboxes),
            "features": dict(self.features),
            "rights": dict(self.rights),
            "rooms": sorted(self.rooms),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The plan that ``to_json`` wrote. A version made before there was one has none."""
        return cls(
            data.get("seats", {}),
            frozenset(data.get("agents", ())),
            frozenset(data.get("mailboxes", ())),
            data.get("features", {}),
            data.get("rights", {}),
            frozenset(data.get("rooms", ())),
        )
