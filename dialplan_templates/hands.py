"""What the dialplan of calls in hand is rendered with (``extensions/30-hands.conf``)."""

from __future__ import annotations

from collections.abc import Mapping

from callcenter.manager_events import WISH_EVENT

BACK_SECONDS = 30
"""How long the transferor's phone rings again when nobody took the call."""
WISH_SECONDS = 10
"""How long a phone that dialled a feature code waits for the listener to carry it out."""
SPYING = (("listen", "qES"), ("whisper", "qwES"), ("barge", "qBES"))
"""Extension and ChanSpy's options. E and S: it ends with the call, and at once when there is none."""
HANDS: Mapping[str, object] = {
    "back_seconds": BACK_SECONDS,
    "wish_seconds": WISH_SECONDS,
    "spying": SPYING,
    "wish_event": WISH_EVENT,
}


def hands_contexts(digest: str) -> dict[str, str]:
    """The names of the contexts."""
    return {f"{name}_context": f"{name}_{digest}" for name in ("transfer", "asked", "hands")}
