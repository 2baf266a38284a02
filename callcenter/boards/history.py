"""How the boards' lines have been, in rows: a stretch ends where the state changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.boards.lines import Line
from schema.boards import LineState


def keep(session: Session, lines: Sequence[Line], at: dt.datetime) -> list[tuple[Line, str | None]]:
    """Write what has changed; gives those lines, each with the state it was in before (None: never seen).

    A line that the site has no more ends where it is.
    """
    lasting = {
        row.line: row for row in session.scalars(select(LineState).where(LineState.ended_at.is_(None)))
    }
    changed = [line for line in lines if line.line not in lasting or lasting[line.line].state != line.state]
    names = {line.line for line in lines}
    for name, row in lasting.items():
        if name not in names or any(line.line == name for line in changed):
            row.ended_at = at
    session.flush()  # before the next stretch begins: only one of a line's is open
    session.add_all(
        LineState(line=line.line, trunk=line.trunk, state=line.state, began_at=at, ended_at=None)
        for line in changed
    )
    return [(line, lasting[line.line].state if line.line in lasting else None) for line in changed]


def history(session: Session, line: str | None, last: int) -> list[LineState]:
    """The newest stretches, of one line or of all."""
    wanted = select(LineState).order_by(LineState.began_at.desc(), LineState.id.desc()).limit(last)
    return list(session.scalars(wanted if line is None else wanted.where(LineState.line == line)))


def in_alarm(session: Session) -> list[LineState]:
    """The lines that are not up now, as the listener saw them last."""
    wanted = select(LineState).where(LineState.ended_at.is_(None), LineState.state != "up")
    return list(session.scalars(wanted.order_by(LineState.line)))
