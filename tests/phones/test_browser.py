"""A seat in a browser: a real one, by the certificate that Hotline made, with a router in between as at home.

No server helps to find the way (STUN, TURN): a browser finds Asterisk, and Asterisk sends back to where that came from.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from callcenter.errors import HotlineError
from lab.sipp_run import Address
from tests.e2e.until import until
from tests.phones.house import FIRST, House
from tests.phones.routers import Network
from tests.phones.test_baresip import encrypted, hears
from tests.phones.test_behind_nat import ROUTER, Apart, Office, Street
from tests.phones.test_behind_nat import apart as apart
from tests.phones.web_phone import WebPhone, missing

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=f"run scripts/setup: there is no {missing()}"),
]
SEAT, DESK = "7505", "7501"


def page_of(
    house: House,
    folder: Path,
    network: Network | None = None,
    *,
    host: str | None = None,
    trusting: bool = True,
) -> WebPhone:
    """A browser in a network, that reaches Asterisk at ``host``."""
    here = house.app.settings
    assert here.wss_port
    at = Address(host or here.sip_host, here.wss_port)
    authority = house.certificates.authority if trusting else None
    return WebPhone(house.login(SEAT), at, authority, folder / "page", tone_hz=700, network=network)


@pytest.mark.req("GW-4")
def test_a_browser_at_home_calls_and_is_called_and_both_hear(apart: Apart, tmp_path: Path) -> None:
    def at_home() -> None:
        with ExitStack() as stack:
            street = Street(stack, tmp_path)
            desk = street.in_the_office(DESK, tone_hz=950)
            page = stack.enter_context(page_of(street.house, tmp_path, street.home))
            page.register()
            desk.dial(SEAT)
            page.do("answer")
            page.do("hear", 950)
            until(lambda: hears(desk, 700), 10, "the desk phone hears the browser")
            assert encrypted(street.house) == {f"p{SEAT}": ("1", "1"), f"p{DESK}": ("0", "0")}
            media = page.do("media")
            assert (media["dtls"], media["said"], media["heard"]) == ("connected", "audio/PCMA", "audio/PCMA")
            assert media["srtp"]
            desk.hang_up()
            assert page.do("over") == "Terminated"

    apart(at_home)


@pytest.mark.req("GW-4", "CALL-1")
def test_a_browser_asks_a_colleague_and_gives_them_the_call(apart: Apart, tmp_path: Path) -> None:
    """An attended transfer by a phone's own means: REFER with Replaces, which baresip 1.0 and 1.1 don't know."""

    def at_home() -> None:
        with ExitStack() as stack:
            street = Street(stack, tmp_path)
            colleague = street.in_the_office(DESK, tone_hz=950)
            caller = street.at_home("7504", FIRST + 1000, tone_hz=440)
            page = stack.enter_context(page_of(street.house, tmp_path, street.home))
            page.register()
            caller.dial(SEAT)
            page.do("answer")
            page.do("hear", 440)
            page.begin("consult", DESK)
            colleague.answer()
            page.do("hear", 950)
            page.do("join")
            until(lambda: hears(caller, 950) and hears(colleague, 440), 30, "the two are joined")
            channels = street.house.asterisk.channels()
            assert sorted(name[6:11] for name in channels) == [f"p{DESK}", "p7504"]

    apart(at_home)


@pytest.mark.req("GW-4")
def test_a_browser_outside_hears_a_server_behind_a_router(apart: Apart, tmp_path: Path) -> None:
    def office() -> None:
        with ExitStack() as stack:
            office = Office(stack)
            desk = stack.enter_context(office.phone(tmp_path, DESK, tone_hz=950))
            page = stack.enter_context(page_of(office.house, tmp_path, office.street, host=ROUTER))
            page.register()
            desk.dial(SEAT)
            page.do("answer")
            page.do("hear", 950)
            until(lambda: hears(desk, 700), 10, "the desk phone hears the browser")

    apart(office)


@pytest.mark.req("GW-4")
def test_a_browser_that_does_not_know_the_authority_is_not_signed_in(house: House, tmp_path: Path) -> None:
    with (
        page_of(house, tmp_path, trusting=False) as page,
        pytest.raises(HotlineError, match="disconnected: 1006"),
    ):
        page.register()
