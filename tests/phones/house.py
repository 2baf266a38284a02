"""One real Asterisk with a seat of every kind, at an address of the test's choice; FastAGI is away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from callcenter.certificate_store import CertificateStore, store_of
from callcenter.settings import Settings
from callcenter.site import Site
from callcenter.site.edge import Seat
from callcenter.site.phones import Phone
from callcenter.site_file import store as site_store
from lab.asterisk_root import ensure
from lab.instance import AsteriskInstance
from lab.scenario import Login
from lab.sipp_run import Address
from schema.upgrade import upgrade
from tests.doctor.conftest import House as Silent
from tests.sample import sample_site

FIRST = 24500 + 30 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PORTS = {
    "sip_port": FIRST,
    "sip_tls_port": FIRST + 1,
    "ami_port": FIRST + 2,
    "agi_port": FIRST + 3,
    "http_port": FIRST + 4,
    "wss_port": FIRST + 5,
    "phones_port": FIRST + 6,
    "rtp_first": 36000,
    "rtp_last": 36998,
}
"""Each of pytest's workers has its own."""
KINDS: dict[str, dict[str, Any]] = {
    "7501": {},
    "7502": {"encryption": "sdes"},
    "7503": {"encryption": "dtls"},
    "7504": {"kind": "remote"},
    "7505": {"kind": "browser"},
    "7506": {"kind": "remote", "encryption": "sdes"},
    "7507": {"phone": Phone(make="yealink", mac="80:5e:0c:00:75:07"), "encryption": "sdes"},
    "7508": {"phone": Phone(make="grandstream", mac="000b82007508")},
    "7509": {"phone": Phone(make="fanvil", mac="0c-38-3e-00-75-09"), "encryption": "sdes"},
}
"""Seats by number."""


def seat(number: str, **fields: Any) -> Seat:
    """The seat of a number: 7501 is p7501."""
    return Seat(name=f"p{number}", number=number, title=f"Phone {number}", **fields)


def site() -> Site:
    """The sample with these seats besides its own."""
    known = sample_site()
    more = [seat(number, **fields) for number, fields in KINDS.items()]
    return known.model_copy(update={"seats": [*known.seats, *more]})


class House:
    """The program, its Asterisk, and what a phone must know of both."""

    def __init__(self, home: Path, known: Site, **settings: Any) -> None:
        self.app = Silent(Settings(home=home, **{**PORTS, **settings}))
        upgrade(self.app.engine())
        with self.app.sessions().begin() as session:
            site_store.save(session, known, "test", self.app.clock)
        self.asterisk = AsteriskInstance(ensure(print), self.app.settings.etc.parent, name="phones")

    @property
    def certificates(self) -> CertificateStore:
        """What this house shows."""
        return store_of(self.app.settings)

    def login(self, number: str) -> Login:
        """A seat's account."""
        return Login(f"p{number}", self.app.secrets(f"seat/p{number}"))

    def toward(self, *, tls: bool = False) -> Address:
        """Where phones sign in."""
        here = self.app.settings
        return Address(here.sip_host, here.sip_tls_port if tls else here.sip_port)


@contextmanager
def running(home: Path, known: Site | None = None, **settings: Any) -> Iterator[House]:
    """A house that is up."""
    house = House(home, known or site(), **settings)
    house.asterisk.prepare()
    house.app.applier().apply(house.app.rendered())
    house.asterisk.start()
    try:
        yield house
    finally:
        house.asterisk.stop()
