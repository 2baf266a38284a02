"""Real calls through a real Asterisk: keys land, both sides are heard, seats sign in, refusals are seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.errors import HotlineError
from lab import audio, g711
from lab.instance import AsteriskInstance
from lab.rtp import Ear
from lab.scenario import Agent, Caller, Login, keys
from lab.sipp import Address, Run, register, run, start
from tests.lab.conftest import INFO_TRUNK, SEAT, SWITCH, TRUNK

pytestmark = pytest.mark.e2e
LOGIN = Login("seat", "a-secret-of-the-seat")


@pytest.fixture(autouse=True)
def nothing_left(asterisk: AsteriskInstance) -> Iterator[None]:
    yield
    asterisk.wait_idle()


def stored(asterisk: AsteriskInstance, family: str, caller: str) -> str:
    """What the dialplan wrote down for this caller."""
    found = re.search(r"Value: (.*)", asterisk.rx(f"database get {family} {caller}"))
    return found.group(1).strip() if found else ""


def heard(ear: Ear, hz: float) -> tuple[float, float] | None:
    return audio.span(g711.decode(bytes(ear.sound), ear.law), hz)


def agent(logs: Path, scenario: Agent) -> Run:
    return start(scenario, SWITCH, logs, at=SEAT)


def test_a_phone_that_is_not_signed_in_leaves_no_socket_open(tmp_path: Path) -> None:
    def open_now() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    after = []
    for _ in range(2):  # the first one may start the thread that plays all sound, which stays
        with pytest.raises(HotlineError, match="could not register"):
            agent(tmp_path, Agent(login=Login("nobody", "not-a-secret")))
        after.append(open_now())
    assert after[1] == after[0]


def test_keys_at_five_a_second_land(asterisk: AsteriskInstance, tmp_path: Path) -> None:
    caller = Caller(dials="100", number="1001", keys=keys("12*690"))
    assert run(caller, SWITCH, tmp_path, at=TRUNK, seconds=20).ok == 1
    assert stored(asterisk, "keys", "1001") == "12*690"


def test_the_same_key_twice_in_a_row_is_two_keys(asterisk: AsteriskInstance, tmp_path: Path) -> None:
    assert run(Caller(dials="100", number="1002", keys=keys("110022")), SWITCH, tmp_path, at=TRUNK).ok == 1
    assert stored(asterisk, "keys", "1002") == "110022"


def test_keys_in_info_messages_land(asterisk: AsteriskInstance, tmp_path: Path) -> None:
    caller = Caller(dials="100", number="1003", dtmf="info", keys=keys("314159"))
    assert run(caller, SWITCH, tmp_path, at=INFO_TRUNK, seconds=20).ok == 1
    assert stored(asterisk, "keys", "1003") == "314159"


def test_keys_can_be_pressed_when_the_test_wants(asterisk: AsteriskInstance, tmp_path: Path) -> None:
    call = start(Caller(dials="100", number="1004"), SWITCH, tmp_path, at=TRUNK)
    call.wait_for("answered")
    call.press("777333")
    assert call.wait(20).ok == 1
    assert stored(asterisk, "keys", "1004") == "777333"


def test_a_recording_holds_both_tones_on_their_sides(asterisk: AsteriskInstance, tmp_path: Path) -> None:
    with agent(tmp_path, Agent(login=LOGIN, tone_hz=950, talk_seconds=1.5)) as seat:
        call = start(Caller(dials="200", number="1005", tone_hz=440), SWITCH, tmp_path, at=TRUNK)
        assert call.wait(20).ok == 1
    assert call.events("ended")[0].details == "there"
    assert seat.events("ended")[0].details == "here"
    left, right = audio.read_raw(asterisk.spool / "monitor/1005.sln", channels=2).channels
    assert audio.seconds_of(left, 440) > 1.3
    assert audio.seconds_of(right, 950) > 1.3
    assert audio.span(left, 950) is None
    assert audio.span(right, 440) is None


def test_each_side_hears_the_other(asterisk: AsteriskInstance, tmp_path: Path) -> None:
    with agent(tmp_path, Agent(login=LOGIN, tone_hz=950)) as seat:
        call = start(
            Caller(dials="200", number="1006", tone_hz=440, talk_seconds=1.5), SWITCH, tmp_path, at=TRUNK
        )
        assert call.wait(20).ok == 1
    assert heard(call.ear(), 950)
    assert heard(seat.ear(), 440)
    assert heard(call.ear(), 440) is None


def test_an_agent_hears_the_keys_that_asterisk_sends(asterisk: AsteriskInstance, tmp_path: Path) -> None:
    with agent(tmp_path, Agent(login=LOGIN, talk_seconds=1.5)) as seat:
        call = start(Caller(dials="202", number="1007"), SWITCH, tmp_path, at=TRUNK)
        assert call.wait(20).ok == 1
    assert seat.ear().keys == ["4", "2"]


@pytest.mark.parametrize(
    ("scenario", "status", "outcome"),
    [
        (Agent(login=LOGIN, refuses_with=486), "refused", "BUSY"),
        (Agent(login=LOGIN, refuses_with=603), "refused", "CHANUNAVAIL"),
        (Agent(login=LOGIN, answers=False), "cancelled", "NOANSWER"),
    ],
)
def test_an_agent_may_refuse_or_never_answer(
    asterisk: AsteriskInstance, tmp_path: Path, scenario: Agent, status: str, outcome: str
) -> None:
    caller = Caller(dials="201", number="1008", refused_with=486)
    with agent(tmp_path, scenario) as seat:
        assert run(caller, SWITCH, tmp_path, at=TRUNK, seconds=20).ok == 1
    assert seat.events()[-1].kind == status
    assert stored(asterisk, "dial", "1008") == outcome


def test_a_seat_calls_with_its_password(asterisk: AsteriskInstance, tmp_path: Path) -> None:
    caller = Caller(dials="100", number="seat", login=LOGIN, keys=keys("123456"))
    assert run(caller, SWITCH, tmp_path, at=Address("127.0.0.22"), seconds=20).ok == 1
    assert stored(asterisk, "keys", "seat") == "123456"


def test_a_seat_signs_in_and_out(asterisk: AsteriskInstance) -> None:
    at = Address("127.0.0.23", 23123)
    register(LOGIN, SWITCH, at=at)
    assert "sip:seat@127.0.0.23:23123" in asterisk.rx("pjsip show contacts")
    register(LOGIN, SWITCH, at=at, seconds=0)
    assert "127.0.0.23" not in asterisk.rx("pjsip show contacts")


def test_a_wrong_password_is_refused(asterisk: AsteriskInstance) -> None:
    with pytest.raises(HotlineError, match="seat could not register"):
        register(Login("seat", "guess"), SWITCH, at=Address("127.0.0.24", 23124))


def test_a_call_that_is_not_answered_as_expected_fails(asterisk: AsteriskInstance, tmp_path: Path) -> None:
    results = run(Caller(dials="999"), SWITCH, tmp_path, at=TRUNK, seconds=20)
    assert (results.ok, results.failed) == (0, 1)
    assert results.causes == {"FailedUnexpectedMessage": 1}
    assert "404 Not Found" in results.errors


def test_a_call_that_nobody_hangs_up_fails(asterisk: AsteriskInstance, tmp_path: Path) -> None:
    results = run(Caller(dials="300", patience_seconds=0.3), SWITCH, tmp_path, at=TRUNK, seconds=20)
    assert results.failed == 1


def test_twenty_calls_at_ten_a_second_are_all_counted(asterisk: AsteriskInstance, tmp_path: Path) -> None:
    caller = Caller(dials="100", number="1009", keys=keys("123456"))
    calls = start(caller, SWITCH, tmp_path, at=TRUNK, calls=20, rate=10, at_once=20)
    results = calls.wait(30)
    assert (results.ok, results.failed) == (20, 0)
    assert len(calls.events("ended")) == 20
