"""A caller who was passed on to another queue is asked there, and not again by the queue that had them first.

The pair that was passed on asks; the caller's own channel, which is still in the first queue, carries the mark.
"""

from __future__ import annotations

import re

from agi.call import Call
from callcenter.channel_variables import SURVEYED

_UNIQUEID = re.compile(r"[A-Za-z0-9._-]{1,100}")


def mark_asked(call: Call, call_id: str) -> None:
    """The caller has been asked, on somebody else's channel."""
    if call.uniqueid != call_id and _UNIQUEID.fullmatch(call_id):
        call.execute("SET VARIABLE", f"SHARED({SURVEYED},{call_id})", "1")


def was_asked(call: Call, call_id: str) -> bool:
    """Whether the caller, whose own channel this is, was asked by whom they were passed on to."""
    return call.uniqueid == call_id and call.get_variable(f"SHARED({SURVEYED})") == "1"
