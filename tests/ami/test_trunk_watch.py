"""Trunks of a real Asterisk go away and come back: the state that is told, the alarm, the history."""

from __future__ import annotations

import asyncio
import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import structlog

from ami.protocol import Message
from ami.trunk_watch import TrunkWatch
from callcenter.site import Site
from callcenter.site.edge import Trunk
from callcenter.trunks import outages
from callcenter.trunks.state import NOT_SIGNED_IN, REFUSED, UNREACHABLE, TrunkState, look
from cli import Hotline
from tests.databases import Sessions
from tests.dialplan_templates.conftest import Boot, boot, small_site
from tests.dialplan_templates.throwaway import Asterisk
from tests.e2e.until import until

__all__ = ["boot", "small_site"]
pytestmark = [pytest.mark.req("GW-3"), pytest.mark.xdist_group("trunks")]
ANSWERING = """
import re, socket, sys, threading
registers = sys.argv[2].encode()
line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
line.bind((sys.argv[1], 5060))
print("there", flush=True)
while True:
    heard, far = line.recvfrom(65536)
    status = registers if heard.startswith(b"REGISTER") else b"200 OK"
    kept = re.findall(rb"(?im)^((?:Via|From|To|Call-ID|CSeq|Contact):.*?)\\r$", heard)
    kept = [each + b";tag=x" if each.startswith(b"To") else each for each in kept]
    answer = [b"SIP/2.0 " + status, *kept, b"Expires: 60", b"Content-Length: 0", b"", b""]
    line.sendto(b"\\r\\n".join(answer), far)
"""
TRUNKS = [
    {"name": "city", "connection": {"by": "address", "hosts": ["127.0.0.31"]}, "channels": 4},
    {"name": "voip", "connection": {"by": "provider", "server": "127.0.0.32", "username": "account"}},
    {"name": "analog", "connection": {"by": "registration", "username": "mx8"}},
    {"name": "unasked", "connection": {"by": "address", "hosts": ["127.0.0.33"]}, "check_seconds": 0},
]


@dataclass
class There:
    """An Asterisk with these trunks, and its console."""

    asterisk: Asterisk
    site: Site

    def rx(self, command: str) -> str:
        return self.asterisk.cli(command)

    def state(self, name: str) -> TrunkState:
        return next(state for state in look(self.site, self) if state.trunk.name == name)

    def until(self, name: str, word: str) -> TrunkState:
        until(lambda: self.state(name).word == word, 20, f"{name} is {word}")
        return self.state(name)

    @contextmanager
    def far_end(self, address: str, registers: str = "200 OK") -> Iterator[None]:
        """Answers OPTIONS, and REGISTER with this status."""
        inside = ["nsenter", f"--net=/proc/{self.asterisk.process.pid}/ns/net", sys.executable]
        with subprocess.Popen(
            [*inside, "-c", ANSWERING, address, registers], stdout=subprocess.PIPE, text=True
        ) as there:
            assert there.stdout
            assert there.stdout.readline() == "there\n"
            yield
            there.kill()


@pytest.fixture(scope="module")
def there(boot: Boot, small_site: Site) -> There:
    trunks = [Trunk.model_validate({"title": each["name"], "check_seconds": 2, **each}) for each in TRUNKS]
    site = small_site.model_copy(update={"trunks": trunks})
    counted = "[counted]\nexten => 4001,1,Set(GROUP(trunk)=unasked)\n same => n,Wait(30)\n"
    return There(boot(site, {"extensions/00-base.conf": "[hotline_in]\n" + counted}), site)


def watch(there: There, sessions: Sessions) -> TrunkWatch:
    return TrunkWatch(lambda: there, sessions, lambda: there.site, Hotline.clock, grace_seconds=0.0)


@pytest.mark.asterisk
def test_a_trunk_is_up_while_its_far_end_answers(there: There, sessions: Sessions) -> None:
    watching = watch(there, sessions)
    there.until("city", "down")
    with structlog.testing.capture_logs() as logs:
        assert {(change.trunk, change.down) for change in watching.look()} >= {
            ("city", True),
            ("analog", True),
        }
        assert watching.look() == []
        with there.far_end("127.0.0.31"):
            assert there.until("city", "up").contacts[0].rtt_ms is not None
            (back,) = [change for change in watching.look() if change.trunk == "city"]
        there.until("city", "down")
        (gone,) = [change for change in watching.look() if change.trunk == "city"]
    assert ((back.down, back.reason), (gone.down, gone.reason)) == ((False, UNREACHABLE), (True, UNREACHABLE))
    told = [(log["event"], log["log_level"]) for log in logs if log["trunk"] == "city"]
    assert told == [("trunk.down", "error"), ("trunk.up", "warning"), ("trunk.down", "error")]
    assert all(log["mend"] for log in logs if log["event"] == "trunk.down")
    with sessions() as session:
        rows = outages.newest(session, "city", 9)
    assert [row.ended_at is None for row in rows] == [True, False]


@pytest.mark.asterisk
def test_a_provider_that_takes_us_in_refuses_us_or_is_gone_is_told_apart(there: There) -> None:
    with there.far_end("127.0.0.32"):
        there.rx("pjsip send register voip")
        assert there.until("voip", "up").registration == "Registered"
    with there.far_end("127.0.0.32", "403 Forbidden"):
        there.rx("pjsip send register voip")
        assert there.until("voip", "down").reason == REFUSED


@pytest.mark.asterisk
def test_calls_are_counted_where_the_limit_counts_them(there: There) -> None:
    assert (there.state("unasked").word, there.state("unasked").in_use) == ("unasked", 0)
    assert there.state("analog").reason == NOT_SIGNED_IN
    there.rx("channel originate Local/4001@counted application Wait 30")
    until(lambda: there.state("unasked").in_use == 1, 10, "one call")
    there.rx("channel request hangup all")
    until(lambda: there.state("unasked").in_use == 0, 10, "no call")


@pytest.mark.asterisk
def test_who_has_not_signed_in_yet_has_a_while_to(there: There, sessions: Sessions) -> None:
    now = [Hotline.clock()]
    watching = TrunkWatch(lambda: there, sessions, lambda: there.site, lambda: now[0])
    assert "analog" not in {change.trunk for change in watching.look()}
    now[0] += dt.timedelta(seconds=11)
    assert "analog" in {change.trunk for change in watching.look()}


def test_only_a_trunks_contact_is_a_reason_to_look(small_site: Site, sessions: Sessions) -> None:
    async def heard(endpoint: str) -> bool:
        hears: dict[str, Callable[[Message], None]] = {}
        watching = TrunkWatch(lambda: None, sessions, lambda: small_site, Hotline.clock)
        watching.listen(hears.__setitem__)
        assert watching.look() == []
        hears["ContactStatus"](Message({"Event": "ContactStatus", "EndpointName": endpoint, "AOR": endpoint}))
        return watching.is_due

    assert [asyncio.run(heard(name)) for name in ("provider", "mx8", "desk_one")] == [True, True, False]
