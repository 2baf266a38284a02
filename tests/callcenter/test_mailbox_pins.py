"""What a mailbox's PIN may be."""

from __future__ import annotations

import pytest

from callcenter.mailboxes.pins import fault

pytestmark = [pytest.mark.req("CALL-6")]


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
