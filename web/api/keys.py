"""Keys of other programs: made, revoked, recognised. Only a key's sha256 is kept: it is as random as what it hides."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Sequence
from typing import Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callcenter.audit import Actor
from callcenter.errors import HotlineError, NotFound
from schema.api_keys import ApiKey
from schema.config import Audit

Right = Literal["read", "calls", "dial", "recordings", "supervise", "agents"]
RIGHTS: tuple[Right, ...] = get_args(Right)
PREFIX = "hl_"
"""By which a key is known where it has got by mistake: a log, a repository."""
RANDOM_BYTES = 32
USED_EVERY = dt.timedelta(minutes=1)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.ASCII)
_KEY = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)


def add(session: Session, name: str, rights: Collection[Right], by: Actor, at: dt.datetime) -> str:
    """Make a key, and tell it this once. Raises HotlineError for a name that was given before."""
    if not _NAME.fullmatch(name):
        raise HotlineError(f"{name!r} is no name for a key: letters, digits, . _ -, at most 40")
    if not rights:
        raise HotlineError(f"a key without a right opens nothing: say --right, one of {', '.join(RIGHTS)}")
    if session.scalar(select(ApiKey).where(ApiKey.name == name)) is not None:
        raise HotlineError(f"there was a key {name} before, and the audit log has it: choose another name")
    key = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    row = ApiKey(
        name=name,
        digest=_digest(key),
        rights=[right for right in RIGHTS if right in rights],
        created_at=at,
        created_by=by.by,
    )
    session.add(row)
    _note(session, "add", name, by, at, rights=row.rights)
    return key


def revoke(session: Session, name: str, by: Actor, at: dt.datetime) -> bool:
    """From now on the key opens nothing; False when it did not before. Raises NotFound."""
    row = session.scalar(select(ApiKey).where(ApiKey.name == name))
    if row is None:
        raise NotFound(f"there is no key {name}; see hotline keys list")
    if row.revoked_at is not None:
        return False
    row.revoked_at = at
    _note(session, "revoke", name, by, at)
    return True


def every(session: Session) -> Sequence[ApiKey]:
    """All there ever were, by name."""
    return session.scalars(select(ApiKey).order_by(ApiKey.name)).all()


def find(session: Session, key: str) -> ApiKey | None:
    """Whose key this is, None when it opens nothing."""
    if not _KEY.fullmatch(key):
        return None
    digest = _digest(key)
    row = session.scalar(select(ApiKey).where(ApiKey.digest == digest, ApiKey.revoked_at.is_(None)))
    return row if row is not None and hmac.compare_digest(row.digest, digest) else None


def used(session: Session, name: str, at: dt.datetime) -> None:
    """Write down that the key was used, once a minute at most, whatever other processes do."""
    late = ApiKey.last_used_at.is_(None) | (ApiKey.last_used_at <= at - USED_EVERY)
    session.execute(update(ApiKey).where(ApiKey.name == name, late).values(last_used_at=at))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _note(session: Session, deed: str, name: str, by: Actor, at: dt.datetime, **more: object) -> None:
    detail = {"via": by.via, **more}
    session.add(Audit(at=at, by=by.by, action=f"key.{deed}", subject=name, detail=detail))
