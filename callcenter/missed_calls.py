"""Calls an agent let ring, in a row: pure."""

from __future__ import annotations


class MissedCalls:
    """Counts over all queues; an answered call begins anew."""

    def __init__(self) -> None:
        self._missed: dict[str, int] = {}

    def missed(self, agent: str, most: int) -> bool:
        """One more. True when it is ``most`` in a row; 0 is never."""
        self._missed[agent] = self._missed.get(agent, 0) + 1
        if not most or self._missed[agent] < most:
            return False
        self.forget(agent)
        return True

    def forget(self, agent: str) -> None:
        """The agent has answered, or comes back."""
        self._missed.pop(agent, None)
