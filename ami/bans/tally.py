"""How often each address has failed lately, and who is never shut out. Pure."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections import deque
from collections.abc import Iterable

from ami.bans.security_log import Failure
from callcenter.site.fraud import Bans

MOST_ADDRESSES = 10_000
"""Remembered at once: an attack from more than these is not one that bans can end."""
HERE = ("127.0.0.0/8", "::1/128")


class AllowList:
    """Networks that are never shut out."""

    def __init__(self, networks: Iterable[str] = (), here: Iterable[str] = HERE) -> None:
        self._networks = [ipaddress.ip_network(text) for text in (*here, *networks)]

    def __contains__(self, address: str) -> bool:
        found = ipaddress.ip_address(address)
        return any(found in network for network in self._networks)


class Tally:
    """Failures by address, each for as long as the rules look back."""

    def __init__(self, rules: Bans, allowed: AllowList) -> None:
        self.rules, self.allowed = rules, allowed
        self._failed: dict[str, deque[dt.datetime]] = {}

    def hear(self, failed: Failure) -> str | None:
        """Why the address is to be shut out now; None when it is not."""
        if failed.address in self.allowed:
            return None
        times = self._failed.pop(failed.address, deque())
        times.append(failed.at)
        while times[0] <= failed.at - dt.timedelta(minutes=self.rules.within_minutes):
            times.popleft()
        if len(times) >= self.rules.tries:
            return f"{len(times)} failed attempts within {self.rules.within_minutes} minutes"
        self._failed[failed.address] = times  # the newest stands last
        if len(self._failed) > MOST_ADDRESSES:
            self._failed.pop(next(iter(self._failed)))
        return None
