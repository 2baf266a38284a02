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
    """Whether the caller, whose own channel this is, was asked by whom they were passed on to.

    Raises HungUp on a channel that is gone, as that of an agent who has passed on whom they had called.
    """
    if call.uniqueid != call_id:
        return False
    return bool(call.execute("GET VARIABLE", f"SHARED({SURVEYED})")["result"] == ("1", "1"))
