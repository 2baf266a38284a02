"""The rules of telephones: a MAC address is one phone's, and a browser is no telephone."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.site import Site
from callcenter.site.problems import Problem


def phones(site: Site) -> Iterator[Problem]:
    """No phone serves two seats; what a browser does by itself is not asked of it."""
    owners: dict[str, str] = {}
    for place, seat in enumerate(site.seats):
        where = ("seats", place)
        if seat.kind == "browser" and seat.phone is not None:
            yield Problem((*where, "phone"), "a browser is no phone: leave this out, or make the seat remote")
        elif seat.kind == "browser" and seat.encryption != "none":
            yield Problem((*where, "encryption"), "a browser always encrypts: leave this out")
        elif seat.phone is not None and seat.encryption == "dtls":
            message = "desk phones take their keys by sdes: write sdes, or leave the phone out"
            yield Problem((*where, "encryption"), message)
        if seat.phone is None:
            continue
        owner = owners.setdefault(seat.phone.address, seat.name)
        if owner != seat.name:
            yield Problem(
                (*where, "phone", "mac"), f"this is the phone of seat {owner}: give another address"
            )
