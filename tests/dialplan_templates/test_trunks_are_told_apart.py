"""A call is known by the trunk it came in on: by its address, or by the account that answers a challenge."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from callcenter.site import Site
from tests.dialplan_templates.conftest import Boot
from tests.dialplan_templates.throwaway import Asterisk, secret

pytestmark = [pytest.mark.asterisk, pytest.mark.req("GW-3")]
HERE = Path(__file__).parent
DIALPLAN = """
[hotline_in]
exten => _X.,1,UserEvent(Call,Trunk: ${HL_TRUNK},Caller: ${CALLERID(num)},Language: ${CHANNEL(language)})
 same => n,Hangup(21)
"""


@pytest.fixture(scope="module")
def asterisk(boot: Boot, small_site: Site) -> Asterisk:
    return boot(small_site, {"extensions/00-base.conf": DIALPLAN})


def call(asterisk: Asterisk, scenario: str, address: str, *more: str) -> int:
    """SIPp's verdict on one call to 4001 from this address: 0 when it went as the scenario says."""
    there = ["nsenter", f"--net=/proc/{asterisk.process.pid}/ns/net"]
    sipp = ["sipp", "127.0.0.1:25060", "-sf", str(HERE / scenario), "-s", "4001", "-m", "1", "-i", address]
    timeouts = ["-p", "25061", "-nostdin", "-timeout", "8s", "-timeout_error", "-recv_timeout", "2000"]
    done = subprocess.run(
        [*there, *sipp, *timeouts, *more], capture_output=True, timeout=30, cwd=asterisk.home
    )
    return done.returncode


def test_a_trunk_by_address_is_known_by_every_address_of_it(asterisk: Asterisk) -> None:
    session = asterisk.manager("hotline")
    for address, trunk in (
        ("127.0.0.11", "e1_gateway"),
        ("127.0.0.12", "e1_gateway"),
        ("127.0.0.14", "provider"),
    ):
        assert call(asterisk, "plain_call.xml", address) == 0
        seen = session.until("UserEvent: Call")[-1]
        assert (seen["Trunk"], seen["Caller"], seen["Language"]) == (trunk, "13900000000", "zh")
    session.close()


def test_a_gateway_is_known_by_its_account_and_keeps_the_callers_number(asterisk: Asterisk) -> None:
    session = asterisk.manager("hotline")
    assert call(asterisk, "signed_call.xml", "127.0.0.77", "-au", "mx8", "-ap", secret("trunk/analog")) == 0
    seen = session.until("UserEvent: Call")[-1]
    assert (seen["Trunk"], seen["Caller"], seen["Language"]) == ("analog", "13900000000", "en")
    session.close()


@pytest.mark.req("SEC-2")
def test_a_wrong_secret_and_a_stranger_get_nowhere(asterisk: Asterisk) -> None:
    assert call(asterisk, "signed_call.xml", "127.0.0.78", "-au", "mx8", "-ap", "guess") != 0
    assert call(asterisk, "plain_call.xml", "127.0.0.79") != 0
    assert "ChallengeResponseFailed" in (asterisk.home / "log/security").read_text()
    assert "0 active calls" in asterisk.cli("core show channels")
