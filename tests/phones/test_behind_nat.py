"""Phones at home: behind a router that translates addresses and lets nothing in unasked.

The phone says 192.168.77.10 wherever it tells its address, and there is no way to that address from Asterisk.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from callcenter.signed_in import signed_in
from lab.baresip import Baresip, Line
from lab.home import temporary_home
from lab.sipp_run import Address
from tests.e2e.apart import leave_the_network
from tests.e2e.until import until
from tests.phones.house import FIRST, House, running
from tests.phones.routers import Network, cable, hide
from tests.phones.test_baresip import hears, talk

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]
SERVER, ROUTER, HOME = "198.51.100.1", "198.51.100.2", "192.168.77.10"
HIDDEN = "10.0.0.2"
Apart = Callable[[Callable[[], None]], None]


class HomePhone(Baresip):
    """A baresip in another network; its control port is reached from inside."""

    network: Network

    def _connect(self) -> socket.socket:
        return self.network.within(super()._connect)


class Street:
    """A server on the public side, and phones of a home behind a router."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        self.router, self.home = Network(stack), Network(stack)
        cable((None, "pub", f"{SERVER}/24"), (self.router, "wan", f"{ROUTER}/24"))
        cable((self.router, "lan", "192.168.77.1/24"), (self.home, "eth", f"{HOME}/24"))
        self.home.run("ip", "route", "add", "default", "via", "192.168.77.1")
        hide(self.router, "wan")
        house_home = stack.enter_context(temporary_home())
        self.house: House = stack.enter_context(running(house_home, sip_host=SERVER))

    def at_home(self, number: str, port: int, *, secure: bool = False, tone_hz: int = 440) -> Baresip:
        """A phone behind the router."""
        line = self._line(number, secure=secure)
        phone = HomePhone(
            line, self._folder / number, Address(HOME, port), tone_hz=tone_hz, prefix=self.home.prefix()
        )
        phone.network = self.home
        return self._stack.enter_context(phone)

    def in_the_office(self, number: str, tone_hz: int) -> Baresip:
        """A phone beside the server."""
        at = Address(SERVER, FIRST + 1200)
        phone = Baresip(self._line(number, secure=False), self._folder / number, at, tone_hz=tone_hz)
        return self._stack.enter_context(phone)

    def _line(self, number: str, *, secure: bool) -> Line:
        login, toward = self.house.login(number), self.house.toward(tls=secure)
        return Line(login, toward, "tls", "srtp-mand") if secure else Line(login, toward)


class Office:
    """A server behind a router that passes everything on to it, and the street before it."""

    def __init__(self, stack: ExitStack) -> None:
        router, self.street = Network(stack), Network(stack)
        cable((None, "srv", f"{HIDDEN}/24"), (router, "lan", "10.0.0.1/24"))
        cable((router, "wan", f"{ROUTER}/24"), (self.street, "eth", "198.51.100.9/24"))
        subprocess.run(["ip", "route", "add", "default", "via", "10.0.0.1"], check=True)
        hide(router, "wan", server=HIDDEN)
        home = stack.enter_context(temporary_home())
        where = {"sip_host": HIDDEN, "outside_host": ROUTER, "phones_host": ROUTER}
        self.house: House = stack.enter_context(running(home, **where))

    def phone(self, folder: Path, number: str, tone_hz: int) -> Baresip:
        """A phone beside the server."""
        line = Line(self.house.login(number), self.house.toward())
        return Baresip(line, folder / number, Address(HIDDEN, FIRST + 1200), tone_hz=tone_hz)


@pytest.fixture
def apart() -> Iterator[Apart]:
    """Does something in a thread that has left the machine's network."""
    with ThreadPoolExecutor(1) as thread:
        if thread.submit(leave_the_network).exception() is not None:
            pytest.skip("this account may make no networks")
        yield lambda what: thread.submit(what).result()


@pytest.mark.req("GW-4")
def test_a_phone_behind_a_router_calls_is_called_and_encrypts(apart: Apart, tmp_path: Path) -> None:
    def street() -> None:
        with ExitStack() as stack:
            a_day(Street(stack, tmp_path))

    apart(street)


def a_day(street: Street) -> None:
    house = street.house
    office = street.in_the_office("7501", tone_hz=950)
    plain = street.at_home("7504", FIRST + 1000)
    secret = street.at_home("7506", FIRST + 1100, secure=True)
    known = signed_in(house.app)
    assert known is not None
    assert known["p7504"].address.startswith(f"{ROUTER}:")
    assert (known["p7506"].address.partition(":")[0], known["p7506"].transport) == (ROUTER, "tls")
    for phone, number in ((plain, "7504"), (secret, "7506")):
        talk(phone, office, "7501")
        phone.hang_up()
        until(lambda: not house.asterisk.channels(), 30, "no call is left")
        office.events.clear()
        phone.events.clear()
        office.dial(number)
        phone.answer()
        office.wait("CALL_ESTABLISHED")
        until(lambda phone=phone: hears(phone, 950) and hears(office, 440), 30, "both hear each other")
        office.hang_up()
        until(lambda: not house.asterisk.channels(), 30, "no call is left")
        office.events.clear()


@pytest.mark.req("GW-4")
def test_a_server_behind_a_router_tells_phones_outside_the_routers_address(
    apart: Apart, tmp_path: Path
) -> None:
    """A phone in the street has no way to the server's own address: it hears only if it is told the router's."""

    def office() -> None:
        with ExitStack() as stack:
            office = Office(stack)
            line = Line(office.house.login("7504"), Address(ROUTER, office.house.toward().port))
            at = Address("198.51.100.9", FIRST + 1000)
            outside = HomePhone(line, tmp_path / "7504", at, tone_hz=440, prefix=office.street.prefix())
            outside.network = office.street
            stack.enter_context(outside)
            other = stack.enter_context(office.phone(tmp_path, "7501", tone_hz=950))
            talk(outside, other, "7501")
            outside.hang_up()
            other.wait("CALL_CLOSED")

    apart(office)
