"""Strangers reach no carrier and no file, whatever they send; the house's own people reach as much as they may."""

from __future__ import annotations

import os
import resource
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab import sipp
from lab.scenario import Caller
from lab.sipp_run import Address
from schema.config import Audit
from schema.follow_ups import FollowUp
from tests.e2e import site_fraud as fraud
from tests.e2e.hostile import FakeCarrier, attack, fake_carrier, invites
from tests.e2e.house import AGI, House
from tests.e2e.site_inside import seat
from tests.e2e.until import until
from tests.e2e.verbs_inside import PHONES, account

pytestmark = pytest.mark.req("SEC-2")
TRUNK, ELSEWHERE = "127.0.0.2", "127.0.0.200"
STRANGERS = 1000
Tell = Callable[..., None]


@pytest.fixture
def carrier(house: House) -> Iterator[FakeCarrier]:
    """The carrier whose calls cost money, and Asterisk knows that it is there."""
    with fake_carrier() as carrier:
        house.asterisk.rx(f"pjsip qualify {fraud.CARRIER}")
        until(
            lambda: "Avail " in house.asterisk.rx(f"pjsip show aor {fraud.CARRIER}"),
            10,
            "the carrier is there",
        )
        yield carrier


def dial(house: House, number: str, dialled: str, refused_with: int) -> None:
    """A seat dials, and is refused so."""
    login = account(house, number)
    caller = Caller(dials=dialled, number=seat(number), login=login, refused_with=refused_with)
    done = sipp.run(caller, house.sip, house.sipp_logs, at=Address(PHONES.ip))
    assert (done.ok, done.failed) == (1, 0), f"{dialled} at {number}: {done.errors}"


def test_hostile_values_reach_no_carrier_and_no_file(
    house: House, carrier: FakeCarrier, measured: Tell
) -> None:
    canary = Path(f"/tmp/hotline-canary-{os.getpid()}")
    wanted = list(invites(canary, fraud.NUMBER))
    assert len(wanted) >= 500
    dial(house, fraud.CALLER, f"{fraud.PREFIX}99999", 486)
    assert len(carrier.asked) == 1, "the carrier would not have noticed"
    began = time.monotonic()
    at_the_trunk = attack(house.sip, TRUNK, wanted[::2])
    elsewhere = attack(house.sip, ELSEWHERE, wanted[1::2])
    measured("hostile INVITEs", len(wanted), "")
    measured("all of them", time.monotonic() - began)
    assert 200 in at_the_trunk.by_status, at_the_trunk
    assert 200 not in elsewhere.by_status, elsewhere
    dial(house, fraud.CALLER, f"{fraud.PREFIX}88888", 486)
    assert [each.partition("@")[0] for each in carrier.asked] == [
        f"sip:{fraud.PREFIX}99999",
        f"sip:{fraud.PREFIX}88888",
    ]
    assert not canary.exists()


def test_the_second_call_abroad_is_refused_and_told_and_help_is_always_reached(
    house: House, carrier: FakeCarrier
) -> None:
    dial(house, fraud.CALLER, fraud.ABROAD, 486)
    dial(house, fraud.CALLER, fraud.ABROAD, 403)
    dial(house, fraud.CALLER, fraud.BARRED, 403)
    dial(house, fraud.NOBODY, fraud.EMERGENCY, 486)
    assert [each.partition("@")[0] for each in carrier.asked] == [
        f"sip:{fraud.ABROAD}",
        f"sip:{fraud.EMERGENCY}",
    ]
    [task] = until(lambda: house.rows(FollowUp, kind="toll_fraud"), 10, "the alarm")
    assert (task.agent, task.number) == (seat(fraud.CALLER), fraud.ABROAD)
    refused = [
        row.detail["reason"] for row in house.rows(Audit, action="call.outside", by=seat(fraud.CALLER))
    ]
    assert refused[0] == "the day's cap of the person abroad: 1 calls, 1 were made"
    assert "none of the countries" in refused[1]


def test_a_thousand_slow_fastagi_connections_do_not_delay_a_call(house: House, measured: Tell) -> None:
    def menu() -> float:
        """From the INVITE to the answer, which FastAGI gives."""
        began = time.monotonic()
        caller = Caller(dials=fraud.NUMBER, number="13900008888", talk_seconds=0)
        run = sipp.start(caller, house.sip, house.sipp_logs, at=Address(TRUNK))
        with run:
            (event, *_) = until(lambda: run.events("answered"), 20, "an answer")
            return event.at - began

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4 * STRANGERS)), hard))
    before = statistics.median(menu() for _ in range(3))
    with ExitStack() as stack:
        for number in range(STRANGERS):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", AGI), 5))
            line.sendall(b"agi_network: yes\n" if number % 2 else b"agi_arg_1: guess\n\n")
        during = statistics.median(menu() for _ in range(3))
        got = [_said(line) for line in (socket.create_connection(("127.0.0.1", AGI), 5),)]
    measured("a call's answer", before)
    measured(f"the same beside {STRANGERS} slow strangers", during)
    assert got == [b""], "a stranger without the token was told something"
    assert during < before + 1.0


def _said(line: socket.socket) -> bytes:
    """What FastAGI says to a request without the token."""
    with line:
        line.sendall(b"agi_network: yes\nagi_network_script: ivr\nagi_arg_1: guess\n\n")
        try:
            return line.recv(100)
        except ConnectionResetError:
            return b""
