"""What a mailbox's PIN may be, and how long a box is closed after wrong ones. Pure."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

LEAST_DIGITS = 6
TRIES = 5
"""Wrong PINs in a row that close a box."""
CLOSED = dt.timedelta(minutes=15)
LONGEST_CLOSED = dt.timedelta(hours=24)


def fault(pin: str, mailbox: str) -> str | None:
    """What is wrong with a new PIN, as a person is told; None for a good one."""
    if not (pin.isascii() and pin.isdecimal()) or not LEAST_DIGITS <= len(pin) <= 20:
        return f"a PIN has {LEAST_DIGITS} to 20 digits"
    if mailbox in pin and len(pin) - len(mailbox) < 4:
        return "the PIN is the box's number, or little more"
    if len(set(pin)) == 1:
        return "all digits of the PIN are alike"
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps in ({1}, {9}):
        return "the digits of the PIN are a sequence"
    return None


def closed_until(failures: int, at: dt.datetime) -> dt.datetime | None:
    """Until when the box is closed after so many wrong PINs in a row: 15 min, then twice as long each time."""
    if failures == 0 or failures % TRIES:
        return None
    doubled: int = 2 ** min(failures // TRIES - 1, 10)
    return at + min(CLOSED * doubled, LONGEST_CLOSED)
