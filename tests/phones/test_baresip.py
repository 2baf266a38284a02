"""Phones of another make: signing in, calling, ringing, and what of it is encrypted."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lab import audio
from lab.baresip import Baresip, Line
from lab.sipp_run import Address
from tests.e2e.until import until
from tests.phones.house import FIRST, House

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]
HEARD_SECONDS = 0.5
Open = Callable[..., Baresip]
_places = itertools.count(31)


@pytest.fixture
def phone(house: House, tmp_path: Path) -> Iterator[Open]:
    """Gives ``phone(number, …)``: a baresip that is signed in."""
    with ExitStack() as stack:

        def open_phone(
            number: str, encryption: str = "", tone_hz: int = 440, transport: str = "", **options: Any
        ) -> Baresip:
            tls = bool(encryption) and transport != "udp"
            line = Line(
                house.login(number),
                house.toward(tls=tls),
                transport="tls" if tls else "udp",
                encryption=encryption,
            )
            at = Address(f"127.0.0.{next(_places)}", FIRST + 1000)
            return stack.enter_context(Baresip(line, tmp_path / number, at, tone_hz=tone_hz, **options))

        yield open_phone
    until(lambda: not house.asterisk.channels(), 30, "no call is left")


def hears(phone: Baresip, tone_hz: int) -> bool:
    """Whether it has heard the other's tone in the last second."""
    return audio.seconds_of(phone.heard[-8000:], tone_hz) >= HEARD_SECONDS


def talk(caller: Baresip, callee: Baresip, number: str) -> None:
    """Call, answer, and hear each other."""
    caller.dial(number)
    callee.answer()
    caller.wait("CALL_ESTABLISHED")
    until(lambda: hears(caller, 950) and hears(callee, 440), 30, "both hear each other")


def encrypted(house: House) -> dict[str, tuple[str, str]]:
    """By seat: whether the signalling and the speech of its channel are encrypted, as Asterisk has it."""

    async def ask() -> dict[str, tuple[str, str]]:
        async with house.app.manager() as manager:
            found = {}
            for channel in house.asterisk.channels():
                answers = [
                    await manager.action("Getvar", {"Channel": channel, "Variable": f"CHANNEL({what})"})
                    for what in ("pjsip,secure", "rtp,secure,audio")
                ]
                found[channel[6:11]] = (answers[0]["Value"], answers[1]["Value"])
            return found

    return asyncio.run(ask())


@pytest.mark.req("GW-4")
def test_a_phone_of_another_make_calls_and_is_called(house: House, phone: Open) -> None:
    caller, callee = phone("7501"), phone("7504", tone_hz=950)
    talk(caller, callee, "7504")
    assert encrypted(house) == {"p7501": ("0", "0"), "p7504": ("0", "0")}
    caller.hang_up()
    callee.wait("CALL_CLOSED")


@pytest.mark.req("GW-4")
@pytest.mark.parametrize(("number", "keys"), [("7502", "srtp-mand"), ("7503", "dtls_srtp")])
def test_speech_is_encrypted_up_to_a_phone_that_is_to_encrypt(
    house: House, phone: Open, number: str, keys: str
) -> None:
    plain, secret = phone("7501", tone_hz=950), phone(number, keys)
    talk(secret, plain, "7501")
    assert encrypted(house) == {f"p{number}": ("1", "1"), "p7501": ("0", "0")}
    secret.hang_up()
    plain.wait("CALL_CLOSED")


@pytest.mark.req("GW-4")
def test_two_encrypted_phones_with_keys_of_two_kinds_hear_each_other(house: House, phone: Open) -> None:
    sdes, dtls = phone("7506", "srtp-mand"), phone("7503", "dtls_srtp", tone_hz=950)
    talk(sdes, dtls, "7503")
    assert encrypted(house) == {"p7506": ("1", "1"), "p7503": ("1", "1")}
    dtls.hang_up()
    sdes.wait("CALL_CLOSED")


@pytest.mark.req("GW-4")
def test_speech_without_a_key_is_refused_where_the_seat_is_to_encrypt(house: House, phone: Open) -> None:
    bare = phone("7502")
    bare.dial("7501")
    assert "488" in bare.wait("CALL_CLOSED")["param"]


@pytest.mark.req("GW-4")
@pytest.mark.parametrize(("number", "keys"), [("7501", ""), ("7502", "srtp-mand")])
def test_a_phone_that_lost_its_power_signs_in_again_and_is_called(
    house: House, phone: Open, number: str, keys: str
) -> None:
    restarted, other = phone(number, keys, tone_hz=950), phone("7504")
    restarted.stop(hard=True)
    restarted.start()
    talk(other, restarted, number)
    other.hang_up()
    restarted.wait("CALL_CLOSED")


@pytest.mark.req("GW-4")
def test_a_phone_passes_its_call_on_by_its_own_transfer(house: House, phone: Open) -> None:
    caller, callee, third = phone("7501"), phone("7504", tone_hz=700), phone("7508", tone_hz=950)
    caller.dial("7504")
    callee.answer()
    until(lambda: hears(caller, 700) and hears(callee, 440), 30, "both hear each other")
    callee.transfer("7508")
    third.answer()
    until(lambda: hears(caller, 950) and hears(third, 440), 30, "the third is in the call")
    callee.wait("CALL_CLOSED")
    caller.hang_up()
    third.wait("CALL_CLOSED")
