"""The telephone on a seat's desk: its make and MAC address, so that it can be told all it must know."""

from __future__ import annotations

from typing import Annotated, Literal

from callcenter.site.words import Part, allow

Make = Literal["yealink", "grandstream", "fanvil"]
Mac = Annotated[
    str,
    allow(
        r"^[0-9A-Fa-f]{2}([:-]?[0-9A-Fa-f]{2}){5}$",
        "the MAC address on the phone's back: twelve hexadecimal digits, : or - between the pairs or none",
    ),
]


class Phone(Part):
    """A phone that fetches its settings itself. Its secrets are generated, never written here."""

    make: Make
    mac: Mac

    @property
    def address(self) -> str:
        """The MAC address as makers' file names have it: ``805e0c112233``."""
        return self.mac.replace(":", "").replace("-", "").lower()
