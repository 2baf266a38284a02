"""What a softphone of a mixed day hears of the caller."""

from __future__ import annotations

from lab import audio, g711
from lab.phone_call import PhoneCall
from tests.e2e.crowd import CALLER_HZ
from tests.e2e.expect_hands import sounding, windows_with
from tests.e2e.until import until

PATIENCE_SECONDS = 10.0
ENOUGH_SECONDS = 0.1


def seconds_heard(call: PhoneCall) -> float:
    """How long the phone heard the caller; what it was late to take counts as well."""
    ear = call.ear()
    return sounding(g711.decode(bytes(ear.sound), ear.law), CALLER_HZ)


def hears_caller(call: PhoneCall) -> None:
    """Wait until it does. AssertionError when the call is over before."""
    call.wait("up", PATIENCE_SECONDS)
    name = call.phone.login.username
    until(lambda: _now(call) or call.state == "over", PATIENCE_SECONDS, f"{name} hears the caller")
    assert call.state != "over", f"{name} was hung up before it heard the caller"


def _now(call: PhoneCall) -> bool:
    ear = call.ear()
    last = bytes(ear.sound[-round(ENOUGH_SECONDS * audio.RATE) :])
    return bool(windows_with(g711.decode(last, ear.law), CALLER_HZ))
