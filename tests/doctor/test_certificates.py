"""What the doctor says of the certificate that phones see."""

from __future__ import annotations

import datetime as dt

import pytest

from callcenter.certificate_store import store_of
from callcenter.errors import HotlineError
from callcenter.site import Site
from callcenter.site_file import store as site_store
from doctor.certificates import certificate, encrypted
from doctor.checks import CHECKS
from doctor.findings import Look
from tests.callcenter.test_signed_in import STATES
from tests.doctor.conftest import House
from tests.sample import sample_site

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


@pytest.fixture
def secure(house: House) -> House:
    """A house with a seat that is to encrypt."""
    known = sample_site()
    first = known.seats[0].model_copy(update={"encryption": "sdes"})
    changed: Site = known.model_copy(update={"seats": [first, *known.seats[1:]]})
    with house.sessions().begin() as session:
        site_store.save(session, changed, "test", house.clock)
    return house


def test_nobody_needs_one_where_nobody_encrypts(look: Look) -> None:
    assert certificate(look).state == "ok"
    assert CHECKS["certificate"] is certificate


@pytest.mark.req("GW-4")
@pytest.mark.parametrize(
    ("days", "state", "text"),
    [
        (0, "ok", "good for 397 days"),
        (370, "warning", "ends in 27 days"),
        (400, "wrong", "ended on 2027-12-03"),
    ],
)
def test_its_end_is_told_before_it_comes(secure: House, days: int, state: str, text: str) -> None:
    store_of(secure.settings).ensure(NOW)
    secure.now = NOW + dt.timedelta(days=days)
    found = certificate(Look(secure))
    assert found.state == state
    assert text in found.text
    assert found.mend is None or "hotline certificates renew" in found.mend


def test_a_name_it_is_not_for_is_told(secure: House) -> None:
    store_of(secure.settings).ensure(NOW)
    secure.now = NOW
    moved = House(secure.settings.model_copy(update={"phones_host": "pbx.example.com"}))
    moved.now = NOW
    found = certificate(Look(moved))
    assert (found.state, found.mend) == ("warning", "run hotline certificates renew --now")
    assert "pbx.example.com" in found.text


def test_a_key_of_another_certificate_is_told(secure: House) -> None:
    secure.now = NOW
    store = store_of(secure.settings)
    store.ensure(NOW)
    store.key.write_bytes((store.folder / "ca.key").read_bytes())
    assert certificate(Look(secure)).state == "wrong"


def test_a_missing_one_is_told_with_its_mend(secure: House) -> None:
    with pytest.raises(HotlineError, match="run hotline certificates make"):
        certificate(Look(secure))


class Told:
    """A console that has one phone signed in."""

    def __init__(self, transport: str) -> None:
        self.kept = f'/registrar/contact/s8001;@e2dbe44eb744: {{"uri":"sip:x@192.0.2.7:5060{transport}"}}'

    def rx(self, command: str) -> str:
        return self.kept if command.startswith("database") else STATES


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize(("transport", "state"), [("", "warning"), (";transport=TLS", "ok")])
def test_keys_in_the_open_are_told(secure: House, transport: str, state: str) -> None:
    look = Look(secure)
    look.console = Told(transport)
    found = encrypted(look)
    assert found.state == state
    assert ("s8001" in found.text) is (state == "warning")


def test_nobody_is_looked_for_where_nobody_encrypts(look: Look) -> None:
    assert encrypted(look).state == "ok"
