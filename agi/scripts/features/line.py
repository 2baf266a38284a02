"""Is the line good? Echo and the time."""

from __future__ import annotations

from agi.scripts.features.desk import Desk
from callcenter import spoken
from callcenter.channel_variables import NEXT


def echo(desk: Desk) -> dict[str, str]:
    """Hear yourself."""
    return {NEXT: "echo"}


def clock(desk: Desk) -> None:
    """Hear the time of the site's zone."""
    now = desk.services.clock().astimezone(desk.snapshot.published.zone)
    desk.say("house-time", *spoken.time(now.time(), desk.call.language))
