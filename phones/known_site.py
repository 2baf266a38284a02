"""The site as it was loaded last, kept in memory, so that phones are served while the database is away."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callcenter.errors import NotFound
from callcenter.site import Site
from callcenter.site_file.store import read
from schema.session import trouble
from schema.site import SiteRow

log = structlog.get_logger()


class KnownSite:
    """Asks for the site's digest each time, and for the site when that is another."""

    def __init__(self, sessions: Callable[[], Session]) -> None:
        self._sessions = sessions
        self._kept: tuple[str | None, Site] | None = None

    def __call__(self) -> Site:
        """The site. Raises OSError when there is none yet and none can be read."""
        try:
            with self._sessions() as session:
                digest = session.scalar(select(SiteRow.digest).limit(1))
                if self._kept is None or self._kept[0] != digest:
                    self._kept = (digest, read(session))
        except (SQLAlchemyError, NotFound) as error:
            if self._kept is None:
                raise OSError(str(error)) from error
            if isinstance(error, SQLAlchemyError):
                log.warning("phones.serving_what_is_known", error=trouble(error))
        return self._kept[1]
