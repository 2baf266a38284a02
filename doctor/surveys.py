"""Whether surveys by a link reach anybody."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from doctor.findings import Finding, Look, few, ok, warning
from schema.surveys import Invitation

LATELY = dt.timedelta(days=1)


def links(look: Look) -> Finding:
    """Where a survey has a link there are a page, a gateway and its token, and messages are taken."""
    linked = [survey.name for survey in look.site.surveys if survey.link]
    if not linked:
        return ok("no survey asks by a link")
    here = look.settings
    needed = {
        "HOTLINE_WEB_URL": here.web_url,
        "HOTLINE_WEB_PORT": here.web_port,
        "HOTLINE_SMS_URL": here.sms_url,
    }
    missing = [name for name, value in needed.items() if value is None]
    if missing:
        text = f"{few(linked)}: no link is sent, they wait until they expire"
        return warning(text, f"set {', '.join(missing)}")
    refused = _given_up(look)
    if refused:
        return warning(f"{refused} links could not be sent in the last day", "see hotline scores invitations")
    if look.app.secrets.known("sms/token") is None:
        return ok("links are sent, to a gateway that asks for no token")
    return ok("links are sent")


def _given_up(look: Look) -> int:
    lately = (Invitation.state == "given_up", Invitation.created_at > look.app.clock() - LATELY)
    with look.app.sessions(read_only=True)() as session:
        return session.scalar(select(func.count()).select_from(Invitation).where(*lately)) or 0
