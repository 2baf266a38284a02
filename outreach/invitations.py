"""Sends the links that ``invitations`` holds, each with its survey's text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, sessionmaker

from callcenter.ports import Clock
from callcenter.site import Site
from callcenter.site.surveys import Link
from callcenter.survey.invitations import link
from callcenter.survey.may_invite import due_at
from outreach.outbox import Outbox
from outreach.sms import Message
from outreach.verdicts import Refused
from schema.surveys import Invitation


def inviting(
    sessions: sessionmaker[Session],
    site: Callable[[], Site],
    web_url: str,
    send: Callable[[Message], Awaitable[None]],
    clock: Clock,
) -> Outbox[Invitation, Message]:
    """Works through the invitations, one after the other. ``web_url``: how links begin."""

    def write(session: Session, invitation: Invitation) -> Message | None:
        if invitation.expires_at <= clock():
            invitation.state = "expired"
            return None
        known, now = site(), clock()
        wanted = _link(known, invitation)
        due = due_at(invitation.created_at, now, wanted.between, ZoneInfo(known.timezone))
        if due > now:  # it was tried in vain, or nobody was there to send it, until the night came
            invitation.due_at = due
            return None
        return Message(invitation.number, _text(wanted, invitation, link(web_url, invitation.token)))

    return Outbox(Invitation, "sms", write, send, sessions, clock)


def _link(site: Site, invitation: Invitation) -> Link:
    """Raises Refused when the survey has none any more."""
    wanted = next((survey.link for survey in site.surveys if survey.name == invitation.survey), None)
    if wanted is None:
        raise Refused(f"survey {invitation.survey} has no link in the site file any more")
    return wanted


def _text(wanted: Link, invitation: Invitation, address: str) -> str:
    """In the caller's language, else in the first there is."""
    text = wanted.text.get(invitation.language) or next(iter(wanted.text.values()))
    return text.replace("{link}", address)
