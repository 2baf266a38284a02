"""What Asterisk's console prints of trunks, and what it means."""

from __future__ import annotations

import pytest

from callcenter.site.edge import Trunk
from callcenter.trunks import state
from callcenter.trunks.state import Contact, judge

pytestmark = pytest.mark.req("GW-3")
AOR = """
      Aor:  <Aor..............................................>  <MaxContact>
    Contact:  <Aor/ContactUri............................> <Hash....> <Status> <RTT(ms)..>
==========================================================================================

      Aor:  e1_gateway                                           0
    Contact:  e1_gateway/sip:127.0.0.11:5060               b20d7614e3 Avail         1.204
    Contact:  e1_gateway/sip:127.0.0.12:5060               ce6055a753 Unavail        -nan

 ParameterName        : ParameterValue
 contact              : sip:127.0.0.11:5060,sip:127.0.0.12:5060
"""
REGISTRATIONS = """
 <Registration/ServerURI..............................>  <Auth....................>  <Status.......>
==========================================================================================

 provider/sip:127.0.0.13:5060                            provider                    Registered        (exp. 9s)
 other/sip:127.0.0.14:5060                               other                       Rejected

Objects found: 2
"""
GROUPS = """Channel                    Group                 Category
PJSIP/e1_gateway-00000001  e1_gateway            trunk
PJSIP/provider-00000002    provider              trunk
PJSIP/e1_gateway-00000003  e1_gateway            trunk
PJSIP/x-00000004           e1_gateway            other
4 active channels
"""
CONNECTIONS = {
    "address": {"by": "address", "hosts": ["127.0.0.11"]},
    "registration": {"by": "registration", "username": "mx8"},
    "provider": {"by": "provider", "server": "127.0.0.13", "username": "account"},
    "board": {"by": "board", "group": 1},
}


def trunk(by: str, check_seconds: int = 30) -> Trunk:
    return Trunk.model_validate(
        {"name": "line", "title": "x", "connection": CONNECTIONS[by], "check_seconds": check_seconds}
    )


def test_the_consoles_tables_are_read() -> None:
    assert state.contacts(AOR) == (
        Contact("sip:127.0.0.11:5060", "Avail", 1.204),
        Contact("sip:127.0.0.12:5060", "Unavail", None),
    )
    assert state.registrations(REGISTRATIONS) == {"provider": "Registered", "other": "Rejected"}
    assert state.in_use(GROUPS) == {"e1_gateway": 2, "provider": 1}
    assert (state.contacts("Unable to find object x.\n"), state.registrations("No objects found.\n")) == (
        (),
        {},
    )


@pytest.mark.parametrize(
    ("by", "check", "statuses", "registration", "word", "reason"),
    [
        ("address", 30, ["Avail"], None, "up", ""),
        ("address", 30, ["Unavail", "Avail"], None, "up", ""),
        ("address", 30, ["Unavail", "Unavail"], None, "down", state.UNREACHABLE),
        ("address", 30, ["NonQual"], None, "unknown", "not asked yet"),
        ("address", 30, ["Unavail", "NonQual"], None, "unknown", "not asked yet"),
        ("address", 0, ["NonQual"], None, "unasked", "check_seconds is 0"),
        ("registration", 30, ["Avail"], None, "up", ""),
        ("registration", 30, [], None, "down", state.NOT_SIGNED_IN),
        ("registration", 0, [], None, "down", state.NOT_SIGNED_IN),
        ("provider", 30, ["Avail"], "Registered", "up", ""),
        ("provider", 30, ["Unavail"], "Registered", "down", state.UNREACHABLE),
        ("provider", 30, ["Avail"], "Rejected", "down", state.REFUSED),
        ("provider", 30, ["Avail"], "Unregistered", "down", state.UNREGISTERED),
        ("provider", 0, ["NonQual"], "Registered", "up", ""),
        ("board", 30, [], None, "unasked", "a board: its lines tell"),
    ],
)
def test_a_trunk_is_up_when_calls_can_go_out_on_it(
    by: str, check: int, statuses: list[str], registration: str | None, word: str, reason: str
) -> None:
    there = [Contact(f"sip:{place}", status, None) for place, status in enumerate(statuses)]
    found = judge(trunk(by, check), there, registration)
    assert (found.word, found.reason) == (word, reason)


def test_every_reason_of_an_alarm_says_how_to_mend_it() -> None:
    reasons = {state.UNREACHABLE, state.NOT_SIGNED_IN, state.REFUSED, state.UNREGISTERED}
    assert set(state.MENDS) == reasons
