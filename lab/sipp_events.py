"""What SIPp's scenarios tell while they run: one line an event, through a named pipe, nothing polled."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from callcenter.errors import HotlineError

EventKind = Literal["dialled", "ringing", "answered", "refused", "cancelled", "ended"]


@dataclass(frozen=True)
class Event:
    """One thing that happened to one call (numbered from 1), ``at`` in monotonic seconds.

    ``details`` of ringing: the From header; of answered: own port, far address, far port; of refused: the
    status; of ended: who hung up, "here", "there", or "impatient" when nobody did in time. A caller with turns
    tells dialling and ringing too, and SIPp's clock as the last word of each.
    """

    kind: EventKind
    call: int
    details: str
    at: float


class News(Protocol):
    """Where a diary has its events from."""

    def wait(self, seconds: float) -> None:
        """Return when there may be some, or when the time is over."""

    def take(self) -> Sequence[Event]:
        """Those that have come since they were last taken."""


class Diary:
    """The events of one SIPp process, in order, as they come in; any thread may wait for one."""

    def __init__(self, news: News) -> None:
        self._events: list[Event] = []
        self._news = news
        self._taking = threading.Lock()

    def all(self, kind: EventKind | None = None) -> list[Event]:
        """The events so far, of one kind or all."""
        with self._taking:
            self._events += self._news.take()
            return [event for event in self._events if kind in (None, event.kind)]

    def wait_for(self, kind: EventKind, call: int, seconds: float, alive: Callable[[], bool]) -> Event:
        """The event, now or when it comes. Raises HotlineError after ``seconds``, or when SIPp has ended."""
        until = time.monotonic() + seconds
        while not (found := self._first(kind, call)):
            over = not alive() or time.monotonic() >= until
            self._news.wait(0.1)
            if over and not self._first(kind, call):
                seen = [event.kind for event in self.all()]
                raise HotlineError(f"call {call} was never {kind}; what happened: {seen}")
        return found

    def _first(self, kind: EventKind, call: int) -> Event | None:
        return next((event for event in self.all(kind) if event.call == call), None)


def parse(line: str) -> Event | None:
    """``kind call details`` as written by scenarios/messages.j2; None for a line that is none of ours."""
    kind, _, rest = line.strip().partition(" ")
    number, _, details = rest.partition(" ")
    if kind not in get_args(EventKind) or not number.isdigit():
        return None
    return Event(kind, int(number), details.strip(), time.monotonic())  # type: ignore[arg-type]


class Reader:
    """Reads events at ``descriptor``, a pipe that does not wait."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._rest = descriptor, b""

    def read(self) -> list[Event]:
        """What has come; half a line waits for its other half."""
        *lines, self._rest = (self._rest + self._available()).split(b"\n")
        return [event for line in lines if (event := parse(line.decode(errors="replace")))]

    def _available(self) -> bytes:
        try:
            return os.read(self._descriptor, 65536)
        except BlockingIOError:
            return b""
