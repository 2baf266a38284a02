"""What a phone says on its calls: a tone, and keys at their moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab import g711

Pressed = Sequence[tuple[float, str]]
"""Keys: seconds after the answer, digit."""


@dataclass(frozen=True)
class Speech:
    """What a phone sends: a tone (``hz`` None: silence), and keys; ``keys_of`` its first call, its second …"""

    law: g711.Law = "alaw"
    hz: int | None = None
    keys: Pressed = ()
    keys_of: Sequence[Pressed] = ()

    def pressed(self, call: int) -> Pressed:
        """The keys of a call, numbered from 1."""
        return self.keys_of[call - 1] if self.keys_of else self.keys
