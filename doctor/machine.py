"""Checks of the machine: its clock and its name."""

from __future__ import annotations

import ctypes

from callcenter.machine_name import name_trouble
from doctor.findings import Finding, Look, ok, warning, wrong

TIME_ERROR = 5
"""What adjtimex(2) gives when nothing keeps the clock right."""
TIMEX_BYTES = 512
"""More than a struct timex; zeroed, its modes say: only read."""


def clock(look: Look) -> Finding:
    """Something keeps this machine's clock right: calendars open and close by it."""
    return judge_clock(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)))


def judge_clock(state: int) -> Finding:
    """The finding for what adjtimex says; -1 where a container hides the clock."""
    if state == TIME_ERROR or state < 0:
        return warning(
            "nothing says that the clock is right", "run NTP: systemctl enable --now systemd-timesyncd"
        )
    return ok("the clock is kept right")


def name(look: Look) -> Finding:
    """The machine's own name resolves at once; SIP looks it up for every call."""
    trouble = name_trouble()
    if trouble is not None:
        text, _, mend = trouble.partition(": ")
        return wrong(text, mend)
    return ok("this machine's name resolves")
