"""A watch over a security log that the test writes, at a time of the test's choosing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from ami.bans.watch import BanWatch
from ami.tail import Tail
from callcenter.errors import HotlineError
from callcenter.site import Site
from callcenter.site.edge import ByAddress, Trunk
from callcenter.site.fraud import Bans
from tests.databases import Sessions
from tests.sample import sample_site

AT = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)
SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
STRANGER = "203.0.113.9"
RULES = Bans(tries=3, within_minutes=5, minutes=60, allow=["198.51.100.0/24"])


def line(
    event: str, account: str = "s8001", address: str = STRANGER, at: dt.datetime = AT, service: str = "PJSIP"
) -> bytes:
    return (
        f'[{at:%F %T}.000] SECURITY[7] res_security_log.c: SecurityEvent="{event}",EventTV="{at:%FT%T.%f}+0000",'
        f'Severity="Error",Service="{service}",EventVersion="1",AccountID="{account}",SessionID="1",'
        f'LocalAddress="IPV4/UDP/127.0.0.1/5060",RemoteAddress="IPV4/UDP/{address}/5071",Challenge=""'
    ).encode()


def a_site() -> Site:
    trunk = Trunk(name="out", title="x", connection=ByAddress(by="address", hosts=["192.0.2.5"]))
    return sample_site().model_copy(update={"bans": RULES, "trunks": [trunk]})


class Kept:
    """A packet filter that can be looked at, and can refuse."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.refuses = False

    def apply(self, ruleset: str) -> None:
        if self.refuses:
            raise HotlineError("no such table")
        self.told.append(ruleset)


class Watched:
    """A watch over a file, at a time of the test's choosing."""

    def __init__(self, folder: Path, sessions: Sessions) -> None:
        self.log, self.filter, self.now = folder / "security", Kept(), AT
        self.log.touch()
        self.watch = BanWatch(Tail(self.log), sessions, self.filter, [5060], a_site, lambda: self.now)

    def look(self, *lines: bytes) -> str:
        with self.log.open("ab") as file:
            file.writelines(each + b"\n" for each in lines)
        self.watch.look()
        return self.filter.told[-1] if self.filter.told else ""


def attack(watched: Watched, address: str = STRANGER) -> str:
    return watched.look(*(line("ChallengeResponseFailed", address=address, at=watched.now) for _ in range(3)))
