"""agi://…/ping — says that this server knows the caller's token, for ``hotline doctor``. Touches no call."""

from __future__ import annotations

from agi.call import Call
from agi.services import Services
from callcenter.channel_variables import DONE


def ping(call: Call, services: Services) -> None:
    """Set the done marker, as every script does when it is through."""
    call.set_variables({DONE: "1"})
