"""The history of configuration versions, as rows."""

from __future__ import annotations

from sqlalchemy.orm import Session, sessionmaker

from callcenter.ports import Clock
from schema.config import Audit, ConfigVersion


class History:
    """Keeps what becomes of each version, and who did it."""

    def __init__(self, sessions: sessionmaker[Session], by: str, clock: Clock) -> None:
        self._sessions = sessions
        self._by = by
        self._clock = clock

    def keep(self, number: int, state: str, digest: str) -> None:
        """Note a version's new state: staged, live, former, refused or failed."""
        with self._sessions.begin() as session:
            row = session.get(ConfigVersion, number)
            if row is None:
                row = ConfigVersion(number=number, created_at=self._clock(), by=self._by, note=None)
                session.add(row)
            row.state, row.digest = state, digest
            detail = {"digest": digest}
            subject = f"version {number}"
            audit = Audit(
                at=self._clock(), by=self._by, action=f"config.{state}", subject=subject, detail=detail
            )
            session.add(audit)
