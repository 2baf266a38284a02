"""Bans as rows: they outlive every process, and the command line needs nothing but them."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
from collections.abc import Iterator

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from ami.bans.tally import AllowList
from callcenter.errors import HotlineError, NotFound
from callcenter.site import Site
from schema.config import Audit
from schema.fraud import Ban

OURSELVES = "hotline"
"""By whom a ban is that nobody typed."""
MOST_OVER = 10_000
"""Bans of our own that are over and are kept; of more the newest."""


def add(
    session: Session,
    address: str,
    until: dt.datetime,
    by: str,
    reason: str,
    at: dt.datetime,
    audited: bool = True,
) -> Ban:
    """Shut an address out; a ban in force becomes the longer of the two. The caller commits."""
    found = session.scalars(in_force(at).where(Ban.address == address)).first()
    if found is None:
        found = Ban(address=address, began_at=at, until=until, by=by, reason=reason)
        session.add(found)
    found.until = max(found.until, until)
    if audited:
        detail = {"until": found.until.isoformat(), "reason": reason}
        session.add(Audit(at=at, by=by, action="ban.add", subject=address, detail=detail))
    return found


def lift(session: Session, address: str, by: str, at: dt.datetime) -> None:
    """Let an address in again. Raises NotFound. The caller commits."""
    found = session.scalars(in_force(at).where(Ban.address == address)).all()
    if not found:
        raise NotFound(f"{address} is not shut out; see hotline bans list")
    for ban in found:
        ban.lifted_at, ban.lifted_by = at, by
    session.add(Audit(at=at, by=by, action="ban.lift", subject=address, detail={}))


def forget(session: Session, at: dt.datetime) -> None:
    """Remove our own bans that are over, but for the newest. What was typed stays. The caller commits."""
    over = (Ban.by == OURSELVES, Ban.until <= at)
    newest = select(Ban.id).where(*over).order_by(Ban.id.desc())
    last = session.scalar(newest.offset(MOST_OVER).limit(1))
    if last is not None:
        session.execute(delete(Ban).where(*over, Ban.id <= last))


def in_force(at: dt.datetime) -> Select[Ban]:
    """Bans neither lifted nor over, the newest first."""
    return select(Ban).where(Ban.lifted_at.is_(None), Ban.until > at).order_by(Ban.id.desc())


def every() -> Select[Ban]:
    """All there ever were, the newest first."""
    return select(Ban).order_by(Ban.id.desc())


def normal_address(text: str) -> str:
    """An address as bans are kept by it. Raises HotlineError."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        raise HotlineError(f"{text} is no address: write it as 203.0.113.9 or 2001:db8::9") from None
    return str(getattr(found, "ipv4_mapped", None) or found)


def allowed(site: Site) -> AllowList:
    """This machine, what the site allows, and the far ends of its trunks, so that nobody locks out their own lines."""
    return AllowList([*site.bans.allow, *_trunks(site)])


def _trunks(site: Site) -> Iterator[str]:
    for trunk in site.trunks:
        connection = trunk.connection
        if connection.by in ("address", "provider"):
            server = [connection.server] if connection.by == "provider" else []
            for host in (*server, *connection.hosts):
                yield from _addresses(host)


def _addresses(host: str) -> set[str]:
    """All addresses of a host; none while its name can't be resolved."""
    try:
        return {str(found[4][0]).partition("%")[0] for found in socket.getaddrinfo(host, None)}
    except OSError:
        return set()
