"""Connections that have not yet said what they want: few, and not for long.

Asterisk sends its whole request in the first packet, so a connection that waits here is a stranger
or a broken peer. When they are too many the oldest goes first: a call is always the youngest.
"""

from __future__ import annotations

from typing import Protocol

SECONDS = 2.0
MOST = 256


class Waiting(Protocol):
    """A connection that can be dropped."""

    def drop(self) -> None: ...


class HalfOpen:
    """Half-open connections in order of arrival, each with its deadline (monotonic seconds)."""

    def __init__(self) -> None:
        self._deadlines: dict[Waiting, float] = {}

    def __len__(self) -> int:
        return len(self._deadlines)

    def enter(self, connection: Waiting, now: float) -> None:
        """A new connection; the oldest makes room when there are MOST."""
        if len(self._deadlines) >= MOST:
            self._drop(next(iter(self._deadlines)))
        self._deadlines[connection] = now + SECONDS

    def leave(self, connection: Waiting) -> None:
        """It has said what it wants, or is gone."""
        self._deadlines.pop(connection, None)

    def drop_late(self, now: float) -> None:
        """Drop all whose time is up."""
        late = [waiting for waiting, deadline in self._deadlines.items() if deadline <= now]
        for connection in late:
            self._drop(connection)

    def drop_all(self) -> None:
        """Drop them all: the server stops."""
        for connection in list(self._deadlines):
            self._drop(connection)

    def _drop(self, connection: Waiting) -> None:
        self.leave(connection)
        connection.drop()
