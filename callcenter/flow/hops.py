"""The end of loops between destinations: a queue that leads to a box that leads to the queue again.

Each queue, phone, number and box a call is sent to is a hop. After the site's most the call goes to the safe
destination; should that lead on to yet another, the call ends.
"""

from __future__ import annotations

from callcenter.flow.dialogue import Act
from callcenter.flow.place import Place
from callcenter.flow.result import Went
from callcenter.routing.decision import Decision
from callcenter.site.routing import Loops

HOPS = frozenset(["queue", "seat", "agent", "outside", "voicemail"])
SAFE, ITS_OWN = 1, 2
"""How far beyond the most: the hop that is not made, and the safe destination's own."""


def hop(act: Act, place: Place, loops: Loops) -> Act | Went:
    """The action, counted, or the way to safety. An agent who is asked first counts with the queue."""
    if act.kind not in HOPS or act.served:
        return act
    place.hops += 1
    beyond = place.hops - loops.most
    if beyond <= 0 or beyond == ITS_OWN:
        return act
    target = loops.then if beyond == SAFE else "@hangup"
    reason = f"sent to {place.hops - 1} destinations already: on to {target}"
    return Went(
        "too_many_hops", target, reason, decision=Decision(f"{place.flow}/{place.step}", target, (reason,))
    )
