"""Which agent serves which of a queue's callers, and who is done with a caller whose call goes on. Pure.

app_queue says that an agent's call is over (AgentComplete) when the caller's is. An agent who passes the caller on is
done long before: their phone is free then. It also says that an agent has answered whose ringing call a colleague
has picked up: that agent serves nobody.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from dataclasses import dataclass

from ami.protocol import Message

MOST_PICKED_UP = 1000
"""Among them calls of no queue, whose end nobody tells here."""


@dataclass(eq=False)
class Served:
    """One caller with one agent. ``left``: the agent is done, the call goes on."""

    agent: str
    seat: str
    queue: str
    left: bool = False
    free_at: dt.datetime | None = None
    """When the agent's phone was free again."""


class Serving:
    """The callers with agents, by their channels' ids."""

    def __init__(self) -> None:
        self._served: dict[str, Served] = {}
        self._picked_up: deque[tuple[str, str]] = deque(maxlen=MOST_PICKED_UP)
        """Caller, and the seat that rang in vain; empty for one whose channel does not tell."""

    def picked_up(self, message: Message) -> None:
        """Pickup: somebody else has answered; told before or after AgentConnect."""
        caller, seat = message.get("TargetLinkedid", ""), _seat_of(message.get("TargetChannel", ""))
        served = self._served.get(caller)
        if served and not served.left and seat in ("", served.seat):
            served.left = True
        else:
            self._picked_up.append((caller, seat))

    def connect(self, message: Message) -> None:
        """AgentConnect: an agent has answered."""
        seat = message.get("Interface", "").partition("*")[2].partition("@")[0]
        if caller := message.get("Uniqueid", ""):
            in_vain = self._rang_in_vain(caller, seat)
            self._served[caller] = Served(message["MemberName"], seat, message["Queue"], left=in_vain)

    def _rang_in_vain(self, caller: str, seat: str) -> bool:
        """Once for each time: the same caller may be served at this seat later."""
        for one in ((caller, seat), (caller, "")):
            if one in self._picked_up:
                self._picked_up.remove(one)
                return True
        return False

    def complete(self, message: Message, at: dt.datetime) -> dt.datetime | None:
        """AgentComplete: the caller's call is over. Since when the agent is done; None when that is known already."""
        served = self._served.pop(message.get("Uniqueid", ""), None)
        if served is None:
            return at
        return None if served.left else served.free_at or at

    def free(self, seat: str, at: dt.datetime) -> list[Served]:
        """Whose agents seem to be done, since the phone at their seat is free."""
        found = [served for served in self._served.values() if served.seat == seat and not served.left]
        for served in found:
            served.free_at = at
        return found

    def leave(self, served: Served) -> bool:
        """The agent is done, unless the call has ended meanwhile: False."""
        served.left = any(each is served for each in self._served.values())
        return served.left

    def forget(self) -> None:
        """Asterisk has come up anew: no call is left."""
        self._served.clear()


def _seat_of(channel: str) -> str:
    technology, _, rest = channel.partition("/")
    return rest.rpartition("-")[0] if technology == "PJSIP" else ""
