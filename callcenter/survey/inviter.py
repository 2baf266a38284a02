"""Invites the callers of calls that are over, in the listener's process, each time some are known to be settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

import structlog
from sqlalchemy.orm import Session, sessionmaker

from callcenter.errors import HotlineError
from callcenter.site import Site
from callcenter.survey.invitations import expire, invite, overlooked
from schema.refusal import STRANGE, first_line, is_refused

log = structlog.get_logger()


class Inviter:
    """Blocks: call it in a thread. Raises what a database that is away raises."""

    def __init__(self, sessions: sessionmaker[Session], site: Callable[[], Site]) -> None:
        self._sessions = sessions
        self._site = site

    def __call__(self, call_ids: Collection[str] | None, now: dt.datetime) -> None:
        """Invite for these calls; None, at a start, for all that may have been overlooked meanwhile."""
        try:
            site = self._site()
            with self._sessions.begin() as session:
                expire(session, now)
                wanted = overlooked(session, site, now) if call_ids is None else call_ids
                invite(session, site, wanted, now)
        except HotlineError as error:
            log.warning("survey.not_invited", error=str(error))
        except STRANGE as error:
            if not is_refused(error):
                raise
            log.warning("survey.not_invited", error=first_line(error))
