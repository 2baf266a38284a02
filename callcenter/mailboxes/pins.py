"""What a mailbox's PIN may be; ``callcenter/agents/pins.py`` locks a box after wrong ones."""

from __future__ import annotations

from itertools import pairwise

LEAST_DIGITS = 6


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
