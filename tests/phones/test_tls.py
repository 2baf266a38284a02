"""What is on the wire where phones and browsers sign in by TLS."""

from __future__ import annotations

import re
import socket
import ssl
from contextlib import closing

import pytest
from click.testing import CliRunner

from cli import main
from lab import audio
from lab.baresip import Baresip
from tests.e2e.until import until
from tests.phones.house import House
from tests.phones.test_baresip import HEARD_SECONDS, Open, talk
from tests.phones.test_baresip import phone as phone
from tests.phones.websocket import BrowserPhone

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]


def trust(house: House) -> ssl.SSLContext:
    """A phone that trusts the house's authority and nobody else."""
    return ssl.create_default_context(cafile=str(house.certificates.authority))


def shown(house: House, context: ssl.SSLContext) -> tuple[str | None, bytes | None]:
    """The protocol and the certificate at the SIP port."""
    here = house.app.settings
    with (
        socket.create_connection((here.sip_host, here.sip_tls_port), 5) as line,
        context.wrap_socket(line, server_hostname=here.sip_host) as secure,
    ):
        return secure.version(), secure.getpeercert(binary_form=True)


@pytest.mark.req("GW-4")
def test_a_phone_can_check_whom_it_signs_in_to(house: House) -> None:
    version, _ = shown(house, trust(house))
    assert version in ("TLSv1.2", "TLSv1.3")
    with pytest.raises(ssl.SSLCertVerificationError):
        shown(house, ssl.create_default_context())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_tls_is_refused(house: House) -> None:
    old = trust(house)
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        shown(house, old)


@pytest.mark.req("GW-4")
def test_a_renewed_certificate_is_shown_at_once_and_a_call_goes_on(house: House, phone: Open) -> None:
    plain, secret = phone("7501", tone_hz=950), phone("7502", "srtp-mand")
    talk(secret, plain, "7501")
    before = shown(house, trust(house))
    words = ["certificates", "renew", "--now"]
    done = CliRunner(env=house.app.settings.environment()).invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "Asterisk shows it from now on" in done.output
    until(lambda: shown(house, trust(house)) != before, 10, "the new certificate is shown")
    heard = len(secret.heard)
    until(lambda: hears_on(secret, heard, 950), 30, "the call goes on")
    secret.hang_up()
    plain.wait("CALL_CLOSED")


def hears_on(phone: Baresip, since: int, tone_hz: int) -> bool:
    return audio.seconds_of(phone.heard[since:], tone_hz) >= HEARD_SECONDS


@pytest.mark.req("GW-4")
def test_a_browser_signs_in_over_a_secure_websocket_and_is_offered_what_browsers_need(
    house: House, phone: Open
) -> None:
    port = house.app.settings.wss_port
    assert port is not None
    caller = phone("7501")
    with closing(BrowserPhone(house.login("7505"), port, trust(house))) as browser:
        assert " 101 " in browser.answered
        assert browser.register().status == 200
        caller.dial("7505")
        invite = browser.invited()
        browser.refuse(invite)
        caller.wait("CALL_CLOSED")
    offered = invite.body
    assert re.search(r"^m=audio \d+ UDP/TLS/RTP/SAVPF 8 0", offered, re.MULTILINE)
    for line in ("a=fingerprint:SHA-256 ", "a=setup:actpass", "a=ice-ufrag:", "a=rtcp-mux"):
        assert f"\r\n{line}" in offered, line


def test_asterisks_web_server_serves_nothing_but_the_websocket(house: House) -> None:
    assert re.findall(r"^/(\S+) =>", house.asterisk.rx("http show status"), re.MULTILINE) == ["ws"]
