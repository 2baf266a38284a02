"""What the cases of calls without a queue, of rooms and of mailboxes need: seats 7401 … 7412, agents 3741 … 3744,
a trunk of their own, rooms and boxes.
"""

from __future__ import annotations

from typing import Any

from tests.e2e.site_inside import SHOWN, UNASKED, host, seat
from tests.e2e.site_recording import CONSENT

Site = dict[str, Any]
SEATS = range(7401, 7413)
AGENTS = range(3741, 3745)
CARRIER, PREFIX = "c7", "8887"
"""The trunk, and what is dialled to go out on it."""
OPEN_ROOM, NAMED_ROOM = "7491", "7492"
BOX = "7408"
NO_RIGHTS = "7404"


def add_rooms(found: Site) -> None:
    """All of it."""
    for number in map(str, SEATS):
        found["seats"].append({"name": seat(number), "number": number, "title": number, "rights": "local"})
    for number in map(str, AGENTS):
        found["agents"].append({"number": number, "title": number, "languages": ["zh"]})
    connection = {"by": "address", "hosts": [host(CARRIER)]}
    found["trunks"].append({"name": CARRIER, "title": CARRIER, "connection": connection, **UNASKED})
    route = {"name": f"way_{PREFIX}", "title": PREFIX, "prefixes": [PREFIX], "rights": "local"}
    found["routes"].append({**route, "caller_id": SHOWN, "trunks": [CARRIER]})
    rooms = {OPEN_ROOM: {"announce": "beep"}, NAMED_ROOM: {"announce": "name", "host": False}}
    found["rooms"] += [{"number": number, "title": number, **more} for number, more in rooms.items()]
    found["mailboxes"].append({"number": BOX, "title": BOX})
    next(row for row in found["seats"] if row["number"] == NO_RIGHTS)["rights"] = "inside"
    asked = {"consent": CONSENT | {"answer": "agree"}, "outbound": CONSENT}
    found["recording"]["trunks"] = {CARRIER: asked}
