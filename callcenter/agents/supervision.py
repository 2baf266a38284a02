"""Who may do what to whose call: pure."""

from __future__ import annotations

from typing import Literal

from callcenter.errors import HotlineError
from callcenter.site import Site

Deed = Literal["listen", "whisper", "barge", "disconnect", "take_over", "pick_up"]
DEEDS: tuple[Deed, ...] = ("listen", "whisper", "barge", "disconnect", "take_over", "pick_up")


class NotAllowed(HotlineError):
    """Whoever wished this has no right to it."""


def check_right(site: Site, agent: str) -> None:
    """Raises NotAllowed unless it is a supervisor."""
    if agent not in {one.number for one in site.agents if one.supervisor}:
        raise NotAllowed(
            f"{agent or 'nobody'} is no supervisor; the site file says who is (supervisor: true)"
        )
