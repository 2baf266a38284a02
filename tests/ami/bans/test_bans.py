"""From a line of the security log to a ruleset and a row, without a packet filter."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami.bans import store
from ami.bans.firewall import TABLE, DryRun, firewall, more, ruleset
from ami.bans.security_log import Failure, failure
from ami.bans.tally import AllowList, Tally
from callcenter.errors import HotlineError
from tests.ami.bans.watched import AT, MINUTE, RULES, SECOND, STRANGER, a_site, line

pytestmark = pytest.mark.req("SEC-2")


@pytest.mark.parametrize(
    ("event", "account", "service", "counts"),
    [
        ("ChallengeResponseFailed", "s8001", "PJSIP", True),
        ("ChallengeResponseFailed", "<unknown>", "PJSIP", True),
        ("ChallengeSent", "<unknown>", "PJSIP", True),
        ("ChallengeSent", "s8001", "PJSIP", False),
        ("InvalidAccountID", "<unknown>", "PJSIP", False),
        ("FailedACL", "s8001", "PJSIP", True),
        ("InvalidPassword", "hotline", "AMI", False),
        ("SuccessfulAuth", "s8001", "PJSIP", False),
    ],
)
def test_what_counts_as_a_failed_attempt(event: str, account: str, service: str, counts: bool) -> None:
    found = failure(line(event, account, service=service))
    assert found == (Failure(AT, STRANGER, event, account) if counts else None)


def test_an_ipv6_address_and_an_ipv4_one_inside_it() -> None:
    told = line("ChallengeResponseFailed").replace(b"IPV4/UDP/203.0.113.9", b"IPV6/TCP/2001:DB8::9")
    assert (failure(told) or pytest.fail()).address == "2001:db8::9"
    told = line("ChallengeResponseFailed").replace(b"IPV4/UDP/203.0.113.9", b"IPV6/UDP/::ffff:203.0.113.9")
    assert (failure(told) or pytest.fail()).address == STRANGER


FORGED = 'x",LocalAddress="IPV4/UDP/1.1.1.1/5060",RemoteAddress="IPV4/UDP/198.51.100.7/5060",y="'


@given(st.text(max_size=60))
def test_no_call_id_and_no_response_shut_out_somebody_else(junk: str) -> None:
    """As 22.10.1 writes them: a Call-ID as it came, a response with its quotes escaped."""
    told = line("ChallengeResponseFailed").decode()
    for hostile in (junk, FORGED, FORGED + junk):
        response = hostile.replace("\\", "\\\\").replace('"', '\\"')
        there = told.replace('SessionID="1"', f'SessionID="{hostile}"') + f',Response="{response}"'
        assert (failure(there.encode()) or pytest.fail()).address == STRANGER


@given(st.binary(max_size=200))
def test_any_bytes_are_a_line(junk: bytes) -> None:
    assert failure(junk) is None


def failed(address: str = STRANGER, at: dt.datetime = AT) -> Failure:
    return Failure(at, address, "ChallengeResponseFailed", "x")


def test_a_ban_comes_with_the_last_try_within_the_time() -> None:
    tally = Tally(RULES, AllowList())
    assert [tally.hear(failed(at=AT + n * SECOND)) is not None for n in range(4)] == [
        False,
        False,
        True,
        False,
    ]
    slow = Tally(RULES, AllowList())
    assert [slow.hear(failed(at=AT + n * 3 * MINUTE)) for n in range(9)] == [None] * 9


def test_who_is_allowed_is_never_banned() -> None:
    tally = Tally(RULES, AllowList(RULES.allow))
    for address in ("198.51.100.200", "127.0.0.1", "::1"):
        assert [tally.hear(failed(address)) for _ in range(9)] == [None] * 9


def test_the_ruleset_is_one_that_the_kernel_understands(tmp_path: Path) -> None:
    banned = {STRANGER: 60, "2001:db8::9": 1, "203.0.113.10": 0}
    texts = [ruleset(banned, [5060, 8088]), ruleset({}, [5060]), ruleset({}, [5060]) + more(banned)]
    assert f"add element inet {TABLE} banned6 {{ 2001:db8::9 timeout 1s }}" in texts[2]
    assert "banned4 meta l4proto { tcp, udp } th dport { 5060, 8088 } drop" in texts[0]
    if os.geteuid() != 0 or shutil.which("nft") is None:
        pytest.skip("needs root and nft to be checked")
    for checked in texts:
        done = subprocess.run(
            ["unshare", "-n", "nft", "-f", "-"], input=checked, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_without_rights_it_is_a_dry_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(firewall(dry_run=True), DryRun)
    monkeypatch.setattr("ctypes.util.find_library", lambda _: None)
    assert isinstance(firewall(), DryRun)


def test_trunks_and_this_machine_are_allowed() -> None:
    found = store.allowed(a_site())
    assert all(address in found for address in ("192.0.2.5", "127.0.0.1", "::1", "198.51.100.1"))
    assert STRANGER not in found


@pytest.mark.parametrize("text", ["", "x", "203.0.113.9/24", "203.0.113.9; drop"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(HotlineError, match="no address"):
        store.normal_address(text)
