"""A bad score opens a follow-up at once: with the answer, in its transaction, while the call is still up.

What is not known yet (the visit's agent, the caller's number, the reason why) is added when it is.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.calls.follow_ups import Task, bad_score_key, open_tasks
from callcenter.survey.answers import visit_of
from callcenter.survey.scores import BAD, served
from schema.calls import Call, Score, SurveyAnswer, Visit
from schema.follow_ups import FollowUp
from schema.surveys import SurveyReply

ADDED = ("call_id", "visit", "queue", "agent", "number", "detail")


def follow_up_bad_scores(session: Session, call_ids: Collection[str]) -> None:
    """Open the follow-ups of these calls' bad scores, or add to them what is known by now."""
    if not call_ids:
        return
    bad = select(SurveyAnswer).where(SurveyAnswer.call_id.in_(call_ids), SurveyAnswer.score >= BAD)
    for answer in session.scalars(bad).all():
        task = _task(session, answer)
        if not open_tasks(session, [task]):
            known = select(FollowUp).where(FollowUp.kind == task.kind, FollowUp.key == task.key)
            _add(session.scalars(known).one(), task)


def _task(session: Session, answer: SurveyAnswer) -> Task:
    visit = visit_of(answer, session.scalars(served().where(Visit.call_id == answer.call_id)).all())
    call = session.get(Call, answer.call_id)
    score = session.get(Score, (visit.call_id, visit.number)) if visit else None
    return Task(
        kind="bad_score",
        key=bad_score_key(answer.call_id, answer.at),
        opened_at=answer.at,
        call_id=answer.call_id,
        visit=visit.number if visit else None,
        queue=visit.queue if visit else None,
        agent=score.agent if score else visit.agent if visit else None,
        number=call.caller if call else None,
        detail=_detail(session, answer),
    )


def _detail(session: Session, answer: SurveyAnswer) -> str:
    said = select(SurveyReply).where(SurveyReply.call_id == answer.call_id, SurveyReply.at == answer.at)
    replies = session.scalars(said.order_by(SurveyReply.id)).all()
    words = [f"{reply.question}: {reply.answer or reply.words or reply.message}" for reply in replies]
    return ", ".join([f"scored {answer.score}", *words])


def _add(known: FollowUp, task: Task) -> None:
    for name in ADDED:
        value = getattr(task, name)
        if value is not None and value != getattr(known, name):
            setattr(known, name, value)
