"""The newest calls, page after page."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from callcenter.errors import NotFound
from schema.calls import IS_OPEN, Call


def newest(
    session: Session,
    most: int,
    *,
    caller: str | None = None,
    state: str | None = None,
    before: str | None = None,
) -> Sequence[Call]:
    """``state``: open or closed; ``before``: only those that began before this call. Raises NotFound."""
    wanted = select(Call).order_by(Call.started_at.desc(), Call.call_id.desc()).limit(most)
    if caller is not None:
        wanted = wanted.where(Call.caller == caller)
    if state is not None:
        wanted = wanted.where(IS_OPEN if state == "open" else Call.state == state)
    if before is not None:
        last = session.get(Call, before)
        if last is None:
            raise NotFound(f"there is no call {before}; see hotline calls list")
        here = tuple_(Call.started_at, Call.call_id)
        wanted = wanted.where(here < tuple_(last.started_at, last.call_id))
    return session.scalars(wanted).all()
