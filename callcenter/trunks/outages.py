"""Outages of trunks: rows that begin and end as trunks go away and come back. Telling of one twice changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from callcenter.trunks.state import TrunkState
from schema.trunks import TrunkOutage


class Change(NamedTuple):
    """A trunk that has gone away (``since`` is now) or come back."""

    trunk: str
    down: bool
    reason: str
    since: dt.datetime


def keep(session: Session, states: Iterable[TrunkState], now: dt.datetime) -> list[Change]:
    """Write what has changed, in the transaction of ``session``. A trunk whose state is unknown stays as it was."""
    lasting = {row.trunk: row for row in session.scalars(_lasting())}
    changes, watched = [], set()
    for state in states:
        name = state.trunk.name
        if state.word != "unasked":
            watched.add(name)
        if state.word == "down" and name not in lasting:
            session.add(TrunkOutage(trunk=name, reason=state.reason, began_at=now, ended_at=None))
            changes.append(Change(name, True, state.reason, now))
        elif state.word == "up" and name in lasting:
            row = lasting[name]
            row.ended_at = now
            changes.append(Change(name, False, row.reason, row.began_at))
    for name in lasting.keys() - watched:  # the site has it no more, or wants it asked no more
        lasting[name].ended_at = now
    return changes


def since(session: Session) -> dict[str, dt.datetime]:
    """When each trunk that is away went."""
    return {row.trunk: row.began_at for row in session.scalars(_lasting())}


def newest(session: Session, trunk: str | None, last: int) -> list[TrunkOutage]:
    """The newest outages, of one trunk or of all."""
    wanted = select(TrunkOutage).order_by(TrunkOutage.began_at.desc(), TrunkOutage.id.desc()).limit(last)
    return list(session.scalars(wanted if trunk is None else wanted.where(TrunkOutage.trunk == trunk)))


def _lasting() -> Select[TrunkOutage]:
    return select(TrunkOutage).where(TrunkOutage.ended_at.is_(None))
