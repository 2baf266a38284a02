"""The number of a room reaches the room and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.site import Site
from callcenter.site.board_lines import telephones
from callcenter.site.problems import Problem


def rooms(site: Site) -> Iterator[Problem]:
    """No room has the number of something else that is dialled."""
    taken = {
        **{prefix: "dialled outside" for route in site.routes for prefix in route.prefixes},
        **{box.number: "a mailbox's number" for box in site.mailboxes},
        **{agent.number: "an agent's number" for agent in site.agents},
        **{seat.number: "a seat's number" for seat in site.seats},
        **{telephone.number: "a telephone's number" for _, telephone in telephones(site)},
        **{did.number: "a number of the house" for did in site.dids},
    }
    for place, room in enumerate(site.rooms):
        if room.number in taken:
            whose = taken[room.number]
            yield Problem(("rooms", place, "number"), f"{room.number} is {whose}: give the room another")
