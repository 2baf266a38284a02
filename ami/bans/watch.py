"""``hotline bans watch``: follows the security log and keeps the packet filter as the rows say.

A ban is in force before it is written: the database may be slow, the stranger is not.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from ami.bans import store
from ami.bans.firewall import Firewall, more, ruleset
from ami.bans.security_log import failure
from ami.bans.tally import Tally
from ami.tail import Tail
from callcenter.errors import HotlineError
from callcenter.health.families import Families, gauge
from callcenter.ports import Clock
from callcenter.site import Site
from schema.refusal import first_line

log = structlog.get_logger()
ROWS_SECONDS, SITE_SECONDS = 1.0, 60.0
"""How often the rows, which the command line changes, and the site's rules are looked at."""
FORGET_SECONDS = 60.0
"""How often old rows are looked for."""
MOST = 10_000
"""Addresses that are shut out at once, and bans that wait for the database: whoever sends from forged addresses makes
as many as they like, and one more of them ends no attack."""
MOST_AUDITED = 1_000
"""With more in force, new bans have their row alone: the audit log is never cleared."""
Unwritten = tuple[str, dt.datetime, str, dt.datetime]


class BanWatch:
    """``look`` does what is due. ``site`` blocks."""

    def __init__(
        self,
        tail: Tail,
        sessions: sessionmaker[Session],
        firewall: Firewall,
        ports: Sequence[int],
        site: Callable[[], Site],
        clock: Clock,
    ) -> None:
        self._tail, self._sessions, self._firewall = tail, sessions, firewall
        self._ports, self._site, self._clock = ports, site, clock
        now = site()
        self._tally = Tally(now.bans, store.allowed(now))
        self._in_force: dict[str, dt.datetime] = {}
        self._applied: dict[str, dt.datetime] | None = None
        """None: nobody knows; the table is put in place whole."""
        self._unwritten: list[Unwritten] = []
        self._full = False
        self._rows_due = self._site_due = self._forget_due = clock()
        self._site_due += dt.timedelta(seconds=SITE_SECONDS)

    def troubles(self) -> dict[str, str]:
        """What keeps bans from being in force."""
        return {} if self._applied is not None else {"filter": "it could not be set; see the log"}

    def collect(self) -> Families:
        """How many are shut out here."""
        yield gauge(
            "hotline_bans_enforced", "Addresses the packet filter shuts out", len(self._applied or {})
        )

    def look(self) -> None:
        """Hear what is new, let the filter follow, write it down."""
        now = self._clock()
        heard = self._hear(now)
        if now >= self._site_due:
            self._follow_site(now)
        if heard:
            self._enforce(now)
        if heard or self._unwritten or now >= self._rows_due:
            self._write_and_read(now)
            self._enforce(now)

    def _hear(self, now: dt.datetime) -> bool:
        found = False
        for line in self._tail.read():
            failed = failure(line)
            why = self._tally.hear(failed) if failed else None
            new = failed and why and self._in_force.get(failed.address, now) <= now
            if failed and why and new and self._has_room(now):
                until = now + dt.timedelta(minutes=self._tally.rules.minutes)
                self._in_force[failed.address] = until
                self._unwritten.append((failed.address, until, why, now))
                log.warning("bans.banned", address=failed.address, reason=why, until=until.isoformat())
                found = True
        return found

    def _has_room(self, now: dt.datetime) -> bool:
        if len(self._in_force) >= MOST:
            self._in_force = {address: until for address, until in self._in_force.items() if until > now}
        full = len(self._in_force) >= MOST
        if full and not self._full:
            log.error("bans.full", addresses=MOST, meaning="nobody more is shut out until bans end")
        self._full = full
        return not full

    def _enforce(self, now: dt.datetime) -> None:
        wanted = {
            address: until
            for address, until in list(self._in_force.items())[-MOST:]
            if until > now and address not in self._tally.allowed
        }
        if wanted == self._applied:
            return
        news = {address: until for address, until in wanted.items() if address not in (self._applied or {})}
        try:
            if self._applied is not None and {**self._applied, **news} == wanted:
                self._firewall.apply(more(_seconds(news, now)))
            else:
                self._firewall.apply(ruleset(_seconds(wanted, now), self._ports))
            self._applied = wanted
        except (HotlineError, OSError) as error:
            log.warning("bans.not_enforced", reason=first_line(error))
            self._applied = None

    def _write_and_read(self, now: dt.datetime) -> None:
        """The rows say what is in force, with what they have not been told yet."""
        self._rows_due = now + dt.timedelta(seconds=ROWS_SECONDS)
        try:
            with self._sessions.begin() as session:
                for address, until, why, at in self._unwritten:
                    audited = len(self._in_force) <= MOST_AUDITED
                    store.add(session, address, until, store.OURSELVES, why, at, audited)
                if now >= self._forget_due:
                    store.forget(session, now)
                    self._forget_due = now + dt.timedelta(seconds=FORGET_SECONDS)
            self._unwritten.clear()
            with self._sessions() as session:
                found = session.scalars(store.in_force(now)).all()
            self._in_force = {ban.address: ban.until for ban in reversed(found)}
        except SQLAlchemyError as error:
            log.warning("bans.database_away", error=first_line(error), unwritten=len(self._unwritten))
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        over = len(self._unwritten) - MOST
        if over > 0:
            log.error("bans.not_kept", bans=over, meaning="they were in force and will not be in the rows")
            del self._unwritten[:over]

    def _follow_site(self, now: dt.datetime) -> None:
        self._site_due = now + dt.timedelta(seconds=SITE_SECONDS)
        self._applied = None  # a firewall that was set up anew has lost our table
        try:
            site = self._site()
            self._tally.rules, self._tally.allowed = site.bans, store.allowed(site)
        except (HotlineError, SQLAlchemyError, ValueError) as error:
            log.warning("bans.site_unreadable", reason=first_line(error))


def _seconds(banned: Mapping[str, dt.datetime], now: dt.datetime) -> dict[str, int]:
    return {address: math.ceil((until - now).total_seconds()) for address, until in banned.items()}
