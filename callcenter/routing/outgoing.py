"""Calls outside as they are counted: what went out today, one more, and who is told of it.

The count and the new row are one transaction, and PostgreSQL lets one at a time count, so that many calls at the same
moment do not all find the same room left.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, bindparam, case, cast, extract, func, select, text
from sqlalchemy.orm import Session

from callcenter import audit
from callcenter.calls.follow_ups import Task, open_tasks
from callcenter.routing.toll_fraud import Spent, Usage, Verdict, judge
from callcenter.site_file.published import Published
from schema.base import UtcDateTime
from schema.calls import Leg
from schema.fraud import OutgoingCall
from schema.surveys import Notice

_ONE_COUNTS = text("SELECT pg_advisory_xact_lock(7204001)")


def ask(
    session: Session,
    published: Published,
    call_id: str,
    person: str,
    number: str,
    abroad: bool,
    at: dt.datetime,
) -> Verdict:
    """Whether the call goes out; it is counted then, else it is in the audit log. Alarms are opened."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_ONE_COUNTS)
    verdict = judge(published, person, abroad, usage(session, published, person, at), at)
    if verdict.refused:
        refuse(session, call_id, person, verdict.refused, at)
    else:
        session.add(OutgoingCall(call_id=call_id, at=at, person=person, number=number, abroad=abroad))
    for told in verdict.alarms:
        task = Task(
            kind="toll_fraud",
            key=told.key,
            opened_at=at,
            call_id=call_id,
            agent=person,
            number=number,
            detail=told.detail,
        )
        if open_tasks(session, [task]):
            _mail(session, published, told.key, at)
    return verdict


def refuse(session: Session, call_id: str, person: str, why: str, at: dt.datetime) -> None:
    """Keep in the audit log that a call did not go out."""
    audit.write(
        session,
        at=at,
        by=person,
        deed="outside",
        call_id=call_id,
        outcome="refused",
        agent=person,
        reason=why,
    )


def usage(session: Session, published: Published, person: str, at: dt.datetime) -> Usage:
    """What went out since the day began where the site is, and of this person within the alarm's time."""
    rules, local = published.site.outbound, at.astimezone(published.zone)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(dt.UTC)
    with_minutes = any(cap.minutes is not None for cap in rules.caps)
    found: dict[bool, dict[bool, Spent]] = {True: {}, False: {}}
    for is_theirs, abroad, calls in session.execute(_calls(person, day)):
        found[bool(is_theirs)][bool(abroad)] = Spent(calls)
    for is_theirs, abroad, minutes in session.execute(_minutes(person, day, at)) if with_minutes else ():
        spent = found[bool(is_theirs)]
        spent[bool(abroad)] = spent.get(bool(abroad), Spent())._replace(minutes=minutes or 0.0)
    theirs, others = found[True], found[False]
    house = {abroad: _sum(theirs.get(abroad), others.get(abroad)) for abroad in (True, False)}
    lately = 0
    if rules.alarm and rules.alarm.calls:
        since = at - dt.timedelta(minutes=rules.alarm.within_minutes)
        row = OutgoingCall
        lately = session.scalar(select(func.count()).where(row.person == person, row.at > since)) or 0
    return Usage(theirs, house, lately)


def _sum(*found: Spent | None) -> Spent:
    there = [each for each in found if each]
    return Spent(sum(each.calls for each in there), sum(each.minutes for each in there))


def _calls(person: str, day: dt.datetime) -> Select[Any]:
    row = OutgoingCall
    theirs = case((row.person == person, 1), else_=0)
    return select(theirs, row.abroad, func.count()).where(row.at >= day).group_by(theirs, row.abroad)


def _minutes(person: str, day: dt.datetime, at: dt.datetime) -> Select[Any]:
    """From the answer to the end, as a carrier counts; of a call that is up, to now."""
    row = OutgoingCall
    calls = select(row.call_id, row.person, row.abroad).where(row.at >= day).distinct().subquery()
    theirs = case((calls.c.person == person, 1), else_=0)
    ended = func.coalesce(Leg.ended_at, bindparam("now", at, UtcDateTime))
    return (
        select(theirs, calls.c.abroad, func.sum(_seconds(ended) - _seconds(Leg.answered_at)) / 60.0)
        .join(calls, calls.c.call_id == Leg.call_id)
        .where(Leg.kind == "outside", Leg.answered_at.is_not(None))
        .group_by(theirs, calls.c.abroad)
    )


def _seconds(moment: Any) -> ColumnElement[float]:
    return cast(extract("epoch", moment), Float)


def _mail(session: Session, published: Published, key: str, at: dt.datetime) -> None:
    alarm = published.site.outbound.alarm
    if alarm and alarm.email:
        session.add(Notice(kind="toll_fraud", key=key, address=alarm.email, due_at=at))
