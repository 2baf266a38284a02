"""What a server has done, as plain numbers: a call costs it two additions, and telling is another's work."""

from __future__ import annotations

from collections import Counter


class Tally:
    """Since the process began."""

    def __init__(self) -> None:
        self.ended: Counter[tuple[str, str]] = Counter()
        """Script and outcome."""
        self.seconds = 0.0
        self.strangers = 0
        self.late = 0.0
        """Seconds by which the loop came too late to its last look round."""
