"""Close at once, and open again, by a PIN: ``*301`` and ``*300``."""

from __future__ import annotations

import hmac

import structlog
from sqlalchemy.orm import Session

from agi.scripts.features.desk import Desk
from callcenter.routing import closings
from callcenter.secrets import CLOSING_PIN

log = structlog.get_logger()
TRIES = 3
BEGIN = "1"


def closing(desk: Desk) -> None:
    """Begin (1) or end (0) an emergency closing of every calendar."""
    if not _may(desk):
        log.warning("closing.refused", call=desk.call.call_id, seat=desk.seat)
        return
    site, by, now = desk.snapshot.published.site, f"seat {desk.seat}", desk.services.clock()

    def work(session: Session) -> None:
        if desk.argument == BEGIN:
            closings.begin(session, site, None, None, None, by, now)
        else:
            closings.end(session, None, by, now)

    desk.database(work)
    desk.say("house-done")


def _may(desk: Desk) -> bool:
    """Whether the PIN was typed. While there is none, nobody may."""
    pin = desk.services.secret(CLOSING_PIN) or ""
    for _ in range(TRIES if pin else 0):
        typed = desk.ask(("house-pin",), len(pin), masked=True)
        if hmac.compare_digest(typed.encode(), pin.encode()):
            return True
        desk.say("house-failed")
    return False
