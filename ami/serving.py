"""Which agent serves which of a queue's callers, and who is done with a caller whose call goes on. Pure.

app_queue says that an agent's call is over (AgentComplete) when the caller's is. An agent who passes the caller on is
done long before: their phone is free then.
"""

from __future__ import annotations

from dataclasses import dataclass

from ami.protocol import Message


@dataclass(eq=False)
class Served:
    """One caller with one agent. ``left``: the agent is done, the call goes on."""

    agent: str
    seat: str
    queue: str
    left: bool = False


class Serving:
    """The callers with agents, by their channels' ids."""

    def __init__(self) -> None:
        self._served: dict[str, Served] = {}

    def connect(self, message: Message) -> None:
        """AgentConnect: an agent has answered."""
        seat = message.get("Interface", "").partition("*")[2].partition("@")[0]
        if caller := message.get("Uniqueid", ""):
            self._served[caller] = Served(message["MemberName"], seat, message["Queue"])

    def complete(self, message: Message) -> bool:
        """AgentComplete: the caller's call is over. False when the agent was done before."""
        served = self._served.pop(message.get("Uniqueid", ""), None)
        return served is None or not served.left

    def free(self, seat: str) -> list[Served]:
        """Whose agents seem to be done, since the phone at their seat is free."""
        return [served for served in self._served.values() if served.seat == seat and not served.left]

    def leave(self, served: Served) -> bool:
        """The agent is done, unless the call has ended meanwhile: False."""
        served.left = any(each is served for each in self._served.values())
        return served.left

    def forget(self) -> None:
        """Asterisk has come up anew: no call is left."""
        self._served.clear()
