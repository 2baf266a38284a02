"""The history of configuration versions, as rows; what is live there is published there too."""

from __future__ import annotations

import json

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from callcenter.errors import HotlineError
from callcenter.ports import Clock
from callcenter.site import Site
from callcenter.site_file import store as site_store
from schema.config import Audit, ConfigVersion
from schema.session import trouble


class History:
    """Keeps what becomes of each version, and who did it. Implements ``apply.Record``."""

    def __init__(self, sessions: sessionmaker[Session], by: str, clock: Clock) -> None:
        self._sessions = sessions
        self._by = by
        self._clock = clock

    def staged(self, number: int, digest: str, note: str | None) -> None:
        """A version lies on disk, to be checked."""
        with self._sessions.begin() as session:
            session.merge(
                ConfigVersion(
                    number=number,
                    created_at=self._clock(),
                    state="staged",
                    digest=digest,
                    by=self._by,
                    note=note,
                )
            )
            self._audit(session, number, "staged")

    def ended(self, number: int, state: str) -> None:
        """A version was refused, or failed."""
        with self._sessions.begin() as session:
            row = session.get(ConfigVersion, number)
            if row is not None:
                row.state = state
            self._audit(session, number, state)

    def went_live(self, number: int, site_json: str) -> None:
        """A version is live: the one before it is a former one, and its flows are the published ones."""
        try:
            self._went_live(number, site_json)
        except SQLAlchemyError as error:
            raise HotlineError(
                f"version {number} is live, but the database does not know yet: {trouble(error)}; "
                "hotline apply tells it"
            ) from error

    def _went_live(self, number: int, site_json: str) -> None:
        with self._sessions.begin() as session:
            others = ConfigVersion.state == "live", ConfigVersion.number != number
            session.execute(update(ConfigVersion).where(*others).values(state="former"))
            row = session.get(ConfigVersion, number)
            if row is not None:
                row.state = "live"
            self._audit(session, number, "live")
            if site_json:
                live = Site.model_validate(json.loads(site_json)["site"])
                site_store.publish(session, live, self._by, self._clock)

    def _audit(self, session: Session, number: int, state: str) -> None:
        row = session.get(ConfigVersion, number)
        session.add(
            Audit(
                at=self._clock(),
                by=self._by,
                action=f"config.{state}",
                subject=f"version {number}",
                detail={"digest": row.digest if row else None},
            )
        )
