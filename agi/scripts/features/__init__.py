"""The features behind feature codes: name (``callcenter/feature_codes.py``) → its function.

A feature is a plain function of the desk that dialled it. It speaks, changes the database, wishes for something
from the listener, and gives what the dialplan is to do next as channel variables; None: hang up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agi.scripts.features import agents, line, mailbox
from agi.scripts.features.desk import Desk

Feature = Callable[[Desk], dict[str, str] | None]

FEATURES: Mapping[str, Feature] = {
    "login": agents.login,
    "logout": agents.logout,
    "pause": agents.pause,
    "unpause": agents.unpause,
    "wrapup": agents.wrapup,
    "echo": line.echo,
    "clock": line.clock,
    "mailbox_own": mailbox.own,
    "mailbox_any": mailbox.any_box,
}
