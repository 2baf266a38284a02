"""What a request is answered: a phone gets its own file and nothing else; pure but for the secrets that are looked up.

A path is ``/SEAT/TOKEN/FILE``. A stranger can't tell an unknown seat from a wrong token: both are not found.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from callcenter.errors import HotlineError
from callcenter.site import Site
from callcenter.site.edge import Seat
from callcenter.tries import Tries
from phones.account import AUTHORITY_FILE, Reach, account
from phones.files import file_name, file_of

PATH = re.compile(r"/([a-z][a-z0-9_]{0,39})/([A-Za-z0-9_-]{20,128})/([A-Za-z0-9._-]{1,64})")
GUESSES, GUESS_SECONDS = 20, 60.0
"""Wrong paths from one address; more are not looked at."""
FETCHES, FETCH_SECONDS = 30, 60.0
"""Files for one phone; more often it has a fault."""
PLAIN = "text/plain; charset=utf-8"


class Answer(NamedTuple):
    """A response, and for the log whose it is: no path, which holds a token."""

    status: int
    body: bytes = b""
    content_type: str = PLAIN
    seat: str | None = None
    file: str | None = None


NOT_FOUND, TOO_MANY, NOT_NOW = Answer(404), Answer(429), Answer(503)


class Desk:
    """Answers requests for the site that ``site`` gives. ``known`` gives a secret by name, None when there is none."""

    def __init__(
        self, site: Callable[[], Site], known: Callable[[str], str | None], at: Reach, authority: Path | None
    ) -> None:
        self._site, self._known, self._reach, self._authority = site, known, at, authority
        self._guesses = Tries(GUESSES, GUESS_SECONDS)
        self._fetches = Tries(FETCHES, FETCH_SECONDS)
        self._seats: tuple[Site | None, Mapping[str, Seat]] = (None, {})

    def answer(self, target: str, who: str, now: float) -> Answer:
        """What ``who`` (an address) gets for a path at a moment (seconds of any steady clock)."""
        asked = PATH.fullmatch(target)
        try:
            seat = self._seat(asked[1], asked[2]) if asked else None
        except (OSError, ValueError):
            return NOT_NOW
        if asked is None or seat is None:
            waits = self._guesses.too_many(who, now)
            self._guesses.add(who, now)
            return TOO_MANY if waits else NOT_FOUND
        if self._fetches.too_many(seat.name, now):
            return TOO_MANY._replace(seat=seat.name)
        self._fetches.add(seat.name, now)
        return self._file(seat, asked[3])

    def _seat(self, name: str, token: str) -> Seat | None:
        """The seat whose phone has this token."""
        site = self._site()
        if self._seats[0] is not site:
            self._seats = (site, {seat.name: seat for seat in site.seats if seat.phone is not None})
        right = self._known(f"phone/{name}") or ""
        same = hmac.compare_digest(right.encode(), token.encode())
        return self._seats[1].get(name) if same else None

    def _file(self, seat: Seat, name: str) -> Answer:
        if name == AUTHORITY_FILE and self._authority is not None:
            return Answer(200, self._authority.read_bytes(), "application/x-x509-ca-cert", seat.name, name)
        if seat.phone is None or name.lower() != file_name(seat.phone):
            return NOT_FOUND._replace(seat=seat.name)
        found = file_of(account(self._site(), seat, self._reach, self._secret), seat.phone)
        return Answer(200, found.text.encode(), found.content_type, seat.name, file_name(seat.phone))

    def _secret(self, name: str) -> str:
        found = self._known(name)
        if found is None:
            raise HotlineError(f"there is no secret {name}: run hotline apply")
        return found
