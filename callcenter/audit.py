"""The audit log: who did what. Rows are only ever added, the first of them before anything is done.

A deed on a call is two rows of the action ``call.listen`` and so on: one that says ``begun``, so that none is
missing whatever dies meanwhile, and one with what became of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError
from schema.config import Audit
from schema.session import trouble

Outcome = Literal["begun", "done", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wishes something done, and the way they said it: ``wang`` by ``cli wang``, ``api crm`` by ``api crm``."""

    by: str
    via: str


class NotWritten(HotlineError):
    """The audit log can't be written: what has to be in it is not done."""


@contextmanager
def closed_without(what: str = "nothing was done") -> Iterator[None]:
    """What supervisors do fails closed: raises NotWritten when the database is away. ``what`` was done by then."""
    try:
        yield
    except SQLAlchemyError as error:
        raise NotWritten(f"{what}: the audit log can't be written; {trouble(error)}") from error


def write(
    session: Session,
    *,
    at: dt.datetime,
    by: str,
    deed: str,
    call_id: str,
    outcome: Outcome,
    agent: str | None = None,
    via: str = "",
    reason: str | None = None,
    to: str | None = None,
) -> None:
    """Add a row about a call. ``agent``: whose talk it was; ``via``: ``cli NAME``, ``phone SEAT`` or ``api KEY``;
    ``to``: the number or survey it was about.
    """
    detail = {"outcome": outcome, "agent": agent, "via": via, "reason": reason}
    detail |= {"to": to} if to else {}
    session.add(Audit(at=at, by=by, action=f"call.{deed}", subject=call_id, detail=detail))


def newest(session: Session, most: int, by: str | None = None, subject: str | None = None) -> Sequence[Audit]:
    """The newest rows first."""
    wanted = select(Audit).order_by(Audit.at.desc(), Audit.id.desc()).limit(most)
    if by is not None:
        wanted = wanted.where(Audit.by == by)
    if subject is not None:
        wanted = wanted.where(Audit.subject == subject)
    return session.scalars(wanted).all()
