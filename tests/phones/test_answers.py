"""Who gets which file: only a phone, only its own, and strangers learn nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.tries import KEPT, Tries
from phones.answers import FETCHES, GUESS_SECONDS, GUESSES, Answer, Desk
from tests.phones.accounts import REACH, seat_of, secret, site_of

TOKEN = secret("phone/desk1")
OWN = f"/desk1/{TOKEN}/805e0c112233.cfg"
SITE = site_of(seat_of("yealink"), seat_of("fanvil").model_copy(update={"name": "bare", "phone": None}))


def desk(authority: Path | None = None) -> Desk:
    return Desk(lambda: SITE, secret, REACH, authority)


@pytest.mark.req("GW-4")
def test_a_phone_gets_its_own_file_by_its_token() -> None:
    found = desk().answer(OWN, "192.0.2.1", 0.0)
    assert (found.status, found.seat, found.file) == (200, "desk1", "805e0c112233.cfg")
    assert secret("seat/desk1") in found.body.decode()
    assert desk().answer(OWN.replace("805e0c", "805E0C"), "192.0.2.1", 0.0).status == 200


@pytest.mark.req("GW-4", "SEC-2")
@pytest.mark.parametrize(
    "path",
    [
        f"/desk1/{TOKEN[:-1]}x/805e0c112233.cfg",
        f"/desk1/{TOKEN}x/805e0c112233.cfg",
        f"/nobody/{TOKEN}/805e0c112233.cfg",
        f"/nobody/{secret('phone/nobody')}/805e0c112233.cfg",
        f"/bare/{secret('phone/bare')}/805e0c112233.cfg",
        "/805e0c112233.cfg",
        "/desk1//805e0c112233.cfg",
        f"/desk1/{TOKEN}/../../etc/passwd",
        f"/../desk1/{TOKEN}/805e0c112233.cfg",
        f"{OWN}?x=1",
        f"{OWN}\n",
        "",
    ],
)
def test_a_stranger_can_tell_nothing_from_nothing(path: str) -> None:
    assert desk().answer(path, "192.0.2.1", 0.0) == Answer(404)


def test_a_phone_gets_no_other_file() -> None:
    for name in ("805e0c112234.cfg", "cfg805e0c112233.xml", "y000000000000.cfg", "secrets.json", "ca.crt"):
        assert desk().answer(f"/desk1/{TOKEN}/{name}", "192.0.2.1", 0.0) == Answer(404, seat="desk1")


def test_the_authoritys_certificate_is_there_for_phones_to_trust(tmp_path: Path) -> None:
    file = tmp_path / "ca.crt"
    file.write_bytes(b"certificate")
    found = desk(file).answer(f"/desk1/{TOKEN}/ca.crt", "192.0.2.1", 0.0)
    assert (found.status, found.body) == (200, b"certificate")


@pytest.mark.req("SEC-2")
def test_who_guesses_waits_and_phones_behind_the_same_address_do_not() -> None:
    known = desk()
    answers = [known.answer("/guess", "192.0.2.1", now / 10).status for now in range(GUESSES + 5)]
    assert answers == [404] * GUESSES + [429] * 5
    assert known.answer(OWN, "192.0.2.1", 3.0).status == 200
    assert known.answer("/guess", "192.0.2.2", 3.0).status == 404
    assert known.answer("/guess", "192.0.2.1", 3.0 + GUESS_SECONDS).status == 404


def test_a_phone_that_comes_again_and_again_waits() -> None:
    known = desk()
    answers = [known.answer(OWN, "192.0.2.1", now / 10).status for now in range(FETCHES + 1)]
    assert answers == [200] * FETCHES + [429]


def test_before_there_is_a_site_a_phone_comes_again_later() -> None:
    def nothing() -> None:
        raise FileNotFoundError

    early = Desk(nothing, secret, REACH, None)  # type: ignore[arg-type]  # what is live before there is anything
    assert early.answer(OWN, "192.0.2.1", 0.0).status == 503


def test_a_crowd_of_strangers_does_not_fill_the_memory() -> None:
    tries = Tries(2, 60.0)
    for number in range(KEPT + 100):
        tries.add(str(number), 0.0)
    assert len(tries._tries) == KEPT
