"""Every agent of the site on one list: where those who are logged in sit, and in what state."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from callcenter.agents.seating import logged_in
from callcenter.agents.states import Stretch, present
from callcenter.calls.page import columns
from callcenter.site import Site
from callcenter.windows import moment

COLUMNS = ("agent", "title", "seat", "began_at", "state", "paused_reason", "since_at", "until_at")


def roster(
    session: Session, site: Site, now: dt.datetime, zone: ZoneInfo | None = None
) -> list[dict[str, Any]]:
    """A row for each; moments as ISO text in UTC, or as people in ``zone`` read them."""
    logins = {login.agent: columns(login, zone) for login in logged_in(session)}
    states = present(session, now)
    return [
        {"agent": agent.number, "title": agent.title}
        | {name: logins.get(agent.number, {}).get(name) for name in ("seat", "began_at", "paused_reason")}
        | _state(states.get(agent.number), zone)
        for agent in site.agents
    ]


def _state(now: Stretch | None, zone: ZoneInfo | None) -> dict[str, str | None]:
    if now is None:
        return {"state": None, "since_at": None, "until_at": None}
    return {"state": now.state, "since_at": moment(now.began_at, zone), "until_at": moment(now.until, zone)}
