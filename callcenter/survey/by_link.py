"""An answer given on the page of a link: kept once, in one transaction, the way the phone's are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from callcenter.calls.follow_ups import bad_score_key
from callcenter.site.service import Survey
from callcenter.survey.bad_scores import follow_up_bad_scores
from callcenter.survey.scores import BAD, settle
from schema.calls import SurveyAnswer
from schema.surveys import Invitation, Notice, SurveyReply

WHY = "why"
MOST_WORDS = 500
"""Characters of what a caller writes."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """``why``: the name of a reason; ``words``: the caller's own; ``replies``: question → key."""

    score: int
    why: str | None = None
    words: str | None = None
    replies: Mapping[str, str] = field(default_factory=dict)


def find(session: Session, token: str, now: dt.datetime) -> Invitation | None:
    """Whose token it is; None alike for one that nobody has and one that has expired."""
    usable = and_(Invitation.state != "expired", Invitation.expires_at > now)
    mine = select(Invitation).where(Invitation.token == token)
    return session.scalar(mine.where(or_(Invitation.state == "answered", usable)))


def keep(session: Session, invitation: Invitation, survey: Survey, given: Given, now: dt.datetime) -> bool:
    """Keep the answer and settle the score of its visit; False when it was answered already, nothing is kept then."""
    taking = update(Invitation).where(Invitation.id == invitation.id, Invitation.answered_at.is_(None))
    values = {"state": "answered", "answered_at": now}
    if session.scalar(taking.values(values).returning(Invitation.id)) is None:
        return False
    of = {"call_id": invitation.call_id, "survey": survey.name, "at": now}
    session.add(SurveyAnswer(**of, visit=invitation.visit, outcome="scored", score=given.score, way="web"))
    session.add_all(
        SurveyReply(**of, question=question, answer=key) for question, key in given.replies.items()
    )
    bad = given.score >= BAD
    if bad and (given.why or given.words):
        session.add(SurveyReply(**of, question=WHY, answer=given.why, words=given.words))
    if bad and survey.alert:
        key = bad_score_key(invitation.call_id, now)
        session.add(Notice(kind="bad_score", key=key, address=survey.alert, due_at=now))
    session.flush()
    settle(session, [invitation.call_id])
    follow_up_bad_scores(session, [invitation.call_id])
    return True


def one_line(written: str) -> str | None:
    """What a caller wrote without what is no letter, mark or space, at most ``MOST_WORDS``; None when nothing is left.

    It is read at terminals and in mails: no control characters, no line ends, nothing that turns the writing round.
    """
    signs = (sign if sign.isprintable() else " " for sign in written)
    return " ".join("".join(signs).split())[:MOST_WORDS].rstrip() or None
