"""What a supervisor dials before an agent's number. The dialplan wishes it of the listener (``ami/hand_wishes.py``)."""

from __future__ import annotations

from collections.abc import Callable

from agi.scripts.features.desk import Desk
from callcenter.agents.supervision import DEEDS, Deed
from callcenter.channel_variables import NEXT, TARGET

Feature = Callable[[Desk], dict[str, str] | None]


def _wished(deed: Deed) -> Feature:
    def feature(desk: Desk) -> dict[str, str]:
        return {NEXT: "supervise", TARGET: f"{deed}*{desk.argument}"}

    return feature


FEATURES: dict[str, Feature] = {deed: _wished(deed) for deed in DEEDS}
"""Whether whoever dials may do so, the listener finds out, and writes it down."""
