"""The features behind feature codes: name (``callcenter/feature_codes.py``) → its function.

A feature is a plain function of the desk that dialled it. It speaks, changes the database, wishes for something
from the listener, and gives what the dialplan is to do next as channel variables; None: hang up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agi.scripts.features import agents, between, desks, line, mailbox, supervisors
from agi.scripts.features.closing import closing
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
    "dnd_on": desks.dnd_on,
    "dnd_off": desks.dnd_off,
    "forward_always": desks.setting("always"),
    "forward_always_off": desks.clearing("always"),
    "forward_busy": desks.setting("busy"),
    "forward_busy_off": desks.clearing("busy"),
    "forward_no_answer": desks.setting("no_answer"),
    "forward_no_answer_off": desks.clearing("no_answer"),
    "forward_unreachable": desks.setting("unreachable"),
    "forward_unreachable_off": desks.clearing("unreachable"),
    "pickup": between.pickup,
    "park": between.park,
    "intercom": between.intercom,
    "closing": closing,
    **supervisors.FEATURES,
    "mailbox_own": mailbox.own,
    "mailbox_any": mailbox.any_box,
}
