"""Click-to-dial: an agent's phone rings and shows the customer's number; answered, it calls that number."""

from __future__ import annotations

import re
import secrets

from ami import actions
from callcenter.errors import HotlineError
from callcenter.ports import PhoneSystem

INSIDE = "hotline_inside"
RING_SECONDS = 30
_NUMBER = re.compile(r"\+?[0-9]{2,20}", re.ASCII)


def new_call_id() -> str:
    """One that no other call has."""
    return f"hotline-{secrets.token_hex(8)}"


async def dial(phone: PhoneSystem, seat: str, seat_number: str, number: str, call_id: str) -> None:
    """Ring the phone at ``seat``, then ``number`` as if it had been dialled there.

    Only the number is given: a name would reach the trunk. Raises HotlineError and Unreachable.
    """
    if not _NUMBER.fullmatch(number):
        raise HotlineError(f"{number} is no number: digits, a + before them")
    wish = actions.originate(
        f"PJSIP/{seat}",
        context=INSIDE,
        exten=number,
        channel_id=call_id,
        caller_id=number,
        seconds=RING_SECONDS,
        variables={"HL_CLICKED": seat_number},
    )
    answer = await phone.action(*wish)
    if answer.get("Response") != "Success":
        raise HotlineError(f"{seat} can't be rung: {answer.get('Message', 'Asterisk refused')}")
