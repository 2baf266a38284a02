"""A phone that is to encrypt and has signed in by UDP, which Asterisk can't refuse: nothing is said over it."""

from __future__ import annotations

import pytest

from tests.e2e.until import until
from tests.phones.house import House
from tests.phones.test_baresip import Open
from tests.phones.test_baresip import phone as phone

pytestmark = [pytest.mark.asterisk, pytest.mark.slow, pytest.mark.req("GW-4", "SEC-2")]


@pytest.mark.parametrize(("number", "keys"), [("7502", "srtp-mand"), ("7503", "dtls_srtp")])
def test_its_calls_are_refused_and_it_is_not_rung(house: House, phone: Open, number: str, keys: str) -> None:
    other, bare = phone("7501"), phone(number, keys, transport="udp")
    bare.dial("7501")
    assert "403" in bare.wait("CALL_CLOSED")["param"]
    other.dial(number)
    other.wait("CALL_CLOSED")
    assert "CALL_INCOMING" not in [event.get("type") for event in (*other.events, *bare.events)]
    until(lambda: f"p{number} is to encrypt" in messages(house), 10, "Asterisk's log says so")


def messages(house: House) -> str:
    return (house.app.settings.log / "messages").read_text(errors="replace")
