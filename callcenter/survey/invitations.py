"""Links for callers whose answered call has no score: made once for each visit, when the call is over.

Whoever settles scores invites in the same transaction; the unique key of call and visit makes doing it again change
nothing. Sending is another's work: while nothing can be sent, they wait.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Iterator
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError, NotFound
from callcenter.site import Site
from callcenter.site.service import Survey
from callcenter.survey.call_language import language_of
from callcenter.survey.may_invite import SELDOM, is_meant, is_too_soon, may_go_at, mobile
from schema.calls import Call, Score
from schema.surveys import IS_USABLE, Invitation

log = structlog.get_logger()
TOKEN_BYTES = 16
LOOK_BACK = dt.timedelta(days=1)
"""How far back a start looks for calls that were not looked at when they ended."""
PATH = "/s/"


def link(web_url: str, token: str) -> str:
    """What the caller opens."""
    return f"{web_url.rstrip('/')}{PATH}{token}"


def invite(session: Session, site: Site, call_ids: Collection[str], now: dt.datetime) -> int:
    """Invite the callers of these closed calls, where the survey of the visit says so. Gives how many."""
    linked = {survey.name: survey for survey in site.surveys if survey.link}
    if not linked or not call_ids:
        return 0
    wanted = _uninvited(linked).where(Score.call_id.in_(call_ids)).order_by(Score.at)
    return sum(_invite(session, site, linked, score, now) for score in session.scalars(wanted).all())


def overlooked(session: Session, site: Site, now: dt.datetime) -> list[str]:
    """Closed calls of the last day with a visit that was not invited, whether it is to be or not."""
    linked = [survey.name for survey in site.surveys if survey.link]
    if not linked:
        return []
    queues = [queue.name for queue in site.queues]
    wanted = _uninvited(linked).where(Score.queue.in_(queues), Score.at > now - LOOK_BACK)
    return list({score.call_id: None for score in session.scalars(wanted)})


def by_hand(
    session: Session, site: Site, call_id: str, visit: int | None, number: str | None, now: dt.datetime
) -> Invitation:
    """A link that somebody wants sent, whatever became of the question; the one there is already, if any.

    ``visit``: default the call's last answered one. ``number``: default the caller's. Raises HotlineError.
    """
    call, score = _chosen(session, call_id, visit)
    known = session.scalar(
        select(Invitation).where(Invitation.call_id == call_id, Invitation.visit == score.visit)
    )
    if known is not None:
        return _usable(known, now)
    survey = next((survey for survey in site.surveys if survey.name == score.survey), None)
    if survey is None or survey.link is None:
        raise HotlineError(f"survey {score.survey or '–'} has no link: give it one in the site file")
    if score.outcome == "scored":
        raise HotlineError(f"visit {score.visit} of call {call_id} is scored already: {score.score}")
    to = mobile(number or call.caller, site.country, survey.link.mobiles)
    if to is None:
        raise HotlineError(f"{number or 'the caller'} has no mobile number: give one with --number")
    return _add(session, site, survey, call, score.visit, to, now, now)


def expire(session: Session, now: dt.datetime) -> None:
    """Mark what can't be used any more."""
    late = update(Invitation).where(IS_USABLE, Invitation.expires_at <= now)
    session.execute(late.values(state="expired"))


def _uninvited(surveys: Collection[str]) -> Select[Score]:
    mine = exists().where(Invitation.call_id == Score.call_id, Invitation.visit == Score.visit)
    return select(Score).where(Score.outcome != "scored", Score.survey.in_(surveys), ~mine)


def _invite(session: Session, site: Site, linked: dict[str, Survey], score: Score, now: dt.datetime) -> bool:
    survey, call = linked[str(score.survey)], session.get(Call, score.call_id)
    if call is None or call.state != "closed" or survey.link is None:
        return False
    to = mobile(call.caller, site.country, survey.link.mobiles)
    if to is None or not is_meant(survey.link, score.outcome, score.reason):
        return False
    if is_too_soon(_former(session, to, now), now):
        return False
    due_at = may_go_at(now, survey.link.between, ZoneInfo(site.timezone))
    _add(session, site, survey, call, score.visit, to, now, due_at)
    log.info("survey.invited", call=call.call_id, visit=score.visit, survey=survey.name)
    return True


def _former(session: Session, number: str, now: dt.datetime) -> Iterator[dt.datetime]:
    lately = (Invitation.number == number, Invitation.created_at > now - SELDOM)
    yield from session.scalars(select(Invitation.created_at).where(*lately))


def _add(
    session: Session,
    site: Site,
    survey: Survey,
    call: Call,
    visit: int,
    number: str,
    now: dt.datetime,
    due_at: dt.datetime,
) -> Invitation:
    hours = survey.link.hours if survey.link else 0
    made = Invitation(
        token=secrets.token_urlsafe(TOKEN_BYTES),
        call_id=call.call_id,
        visit=visit,
        survey=survey.name,
        number=number,
        language=language_of(session, site, call),
        state="waiting",
        tries=0,
        due_at=due_at,
        created_at=now,
        expires_at=due_at + dt.timedelta(hours=hours),
    )
    session.add(made)
    session.flush()
    return made


def _chosen(session: Session, call_id: str, visit: int | None) -> tuple[Call, Score]:
    call = session.get(Call, call_id)
    if call is None:
        raise NotFound(f"there is no call {call_id}; see hotline calls list")
    mine = select(Score).where(Score.call_id == call_id).order_by(Score.visit.desc())
    found = [score for score in session.scalars(mine) if visit in (None, score.visit)]
    if not found:
        which = "no answered visit" if visit is None else f"no answered visit {visit}"
        raise NotFound(f"call {call_id} has {which} yet; see hotline calls show {call_id}")
    return call, found[0]


def _usable(known: Invitation, now: dt.datetime) -> Invitation:
    if known.state == "answered":
        raise HotlineError(f"visit {known.visit} of call {known.call_id} was answered by its link already")
    if known.expires_at <= now:
        raise HotlineError(f"the link for visit {known.visit} of call {known.call_id} has expired")
    return known
