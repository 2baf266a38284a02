"""The database in mid-call: asked in a thread, with a short limit, and never the reason that a call fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from agi.call import Call
from agi.services import Services
from callcenter.errors import HotlineError
from schema.refusal import first_line
from schema.session import READ_ONLY

T = TypeVar("T")
log = structlog.get_logger()
PATIENCE_SECONDS = 1.0
"""A caller hears nothing meanwhile."""


class DatabaseAway(HotlineError):
    """It did not answer in time, or not at all."""


def in_database(call: Call, services: Services, work: Callable[[Session], T], *, writes: bool = True) -> T:
    """What ``work`` gives, committed. Raises DatabaseAway, and what ``work`` itself raises.

    ``work`` runs in a thread and must not use the call. One that only reads waits for nobody who writes.
    """
    sessions = services.sessions
    if sessions is None:
        raise DatabaseAway("there is no database")

    def whole() -> T:
        with sessions() as session:
            if not writes:
                session.connection(execution_options=READ_ONLY)
                return work(session)
            with session.begin():
                return work(session)

    try:
        return call.wait_for(asyncio.to_thread(whole), PATIENCE_SECONDS)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.warning("agi.database_away", call=call.call_id, error=first_line(error) or type(error).__name__)
        raise DatabaseAway(type(error).__name__) from None
