"""What a PIN may be, and that guessing closes a box for longer and longer."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.mailbox_pins import LONGEST_CLOSED, TRIES, closed_until, fault
from callcenter.mailboxes import Closed, check_open, unlock, wrong_pin
from tests.databases import Sessions

pytestmark = [pytest.mark.req("CALL-6")]
AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("pin", "said"),
    [
        ("12345", "6 to 20 digits"),
        ("", "6 to 20 digits"),
        ("12a456", "6 to 20 digits"),
        ("١٢٣٤٥٦", "6 to 20 digits"),
        ("9" * 21, "6 to 20 digits"),
        ("777777", "alike"),
        ("123456", "sequence"),
        ("987654", "sequence"),
        ("789012", "sequence"),
        ("900012", "the box's number"),
        ("129000", "the box's number"),
    ],
)
def test_a_bad_pin_is_refused_with_its_reason(pin: str, said: str) -> None:
    assert said in (fault(pin, "9000") or "")


@pytest.mark.parametrize("pin", ["135790", "864209", "112233", "9000481593"])
def test_a_good_pin_is_taken(pin: str) -> None:
    assert fault(pin, "9000") is None


@given(st.integers(0, 1000))
def test_a_box_closes_at_every_fifth_wrong_pin_and_never_for_shorter(failures: int) -> None:
    until = closed_until(failures, AT)
    assert (until is None) == (failures == 0 or failures % TRIES != 0)
    if until is not None:
        assert AT + 15 * MINUTE <= until <= AT + LONGEST_CLOSED
        assert until <= (closed_until(failures + TRIES, AT) or AT)


def test_wrong_pins_close_the_box_until_its_time_or_a_supervisor(sessions: Sessions) -> None:
    def guess(at: dt.datetime) -> None:
        with sessions.begin() as session:
            wrong_pin(session, "9000", at)

    def is_open(at: dt.datetime) -> bool:
        with sessions() as session:
            try:
                check_open(session, "9000", at)
            except Closed:
                return False
            return True

    for _ in range(4):
        guess(AT)
    assert is_open(AT)
    guess(AT)
    assert (is_open(AT + 14 * MINUTE), is_open(AT + 15 * MINUTE)) == (False, True)
    for _ in range(5):
        guess(AT + 15 * MINUTE)
    assert (is_open(AT + 44 * MINUTE), is_open(AT + 45 * MINUTE)) == (False, True)
    with sessions.begin() as session:
        assert unlock(session, "9000")
    assert is_open(AT)
    with sessions.begin() as session:
        assert not unlock(session, "9000")
