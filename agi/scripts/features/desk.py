"""What a feature may use: the seat that dialled it, its voice, the database, and wishes to the listener."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from agi.call import Call
from agi.database import in_database
from agi.protocol import Quoted, wish
from agi.services import Services
from agi.snapshots import Snapshot
from agi.speaking import Voice
from callcenter.flow.dialogue import Collect

T = TypeVar("T")
KEY_SECONDS = 5


@dataclass(frozen=True)
class Desk:
    """One seat's call to one feature. ``argument`` is what was dialled behind the code."""

    call: Call
    services: Services
    snapshot: Snapshot
    voice: Voice
    seat: str
    argument: str
    passed_on: bool = False
    """The call was passed on to the code by the seat, which is not in it any more."""

    @property
    def number(self) -> str:
        """The seat's own number."""
        return self.snapshot.numbers.numbers[self.seat]

    def say(self, *words: str) -> None:
        """Say these prompts or words of the house, to the end; the call is answered."""
        self.voice.play(words, self.call.language)

    def ask(self, words: tuple[str, ...], most: int, masked: bool = False) -> str:
        """Say, and take up to ``most`` digits, ended by #."""
        return self.voice.collect(Collect(words, self.call.language, 1, most, KEY_SECONDS, masked)) or ""

    def database(self, work: Callable[[Session], T]) -> T:
        """Do ``work`` in one transaction. Raises DatabaseAway; what ``work`` refuses is said as a failure."""
        return in_database(self.call, self.services, work)

    def look_up(self, work: Callable[[Session], T]) -> T:
        """The same for ``work`` that only reads: it waits for nobody who writes."""
        return in_database(self.call, self.services, work, writes=False)

    def wish(self, name: str, **values: str) -> None:
        """Let the listener do something (``ami/wishes.py``). It answers nothing. Raises Unsendable."""
        self.call.execute("EXEC", Quoted("UserEvent"), wish(name, {"Seat": self.seat, **values}))
