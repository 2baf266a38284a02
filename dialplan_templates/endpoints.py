"""Seats' endpoints read again alone, a quarter of a whole reload of SIP.

A whole reload reads the three files of seats and then walks through all address records and endpoints once
more, for their phones' reachability: with 10,000 seats that walk is more than half of it. An Asterisk whose
access lists changed reads the endpoints again and nothing else (``acl_change_stasis_cb`` in
res_pjsip/pjsip_configuration.c); the stub of acl.conf has it see a change at every reload of them. It does so
in a thread of its own and puts all endpoints in place at once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from callcenter.ports import AsteriskConsole
from dialplan_templates.complaints import LiveLog
from dialplan_templates.owed import touched
from dialplan_templates.sections import sections
from dialplan_templates.versions import Files

RELOAD = "module reload acl"
ENDPOINTS = "pjsip/endpoints-"
LOOK_SECONDS = 0.02
"""Between two looks. The log is read once more after the last one, when it has had its time."""
SECONDS = 4.0
"""How long they may take; then all of SIP is reloaded."""


def only_endpoints(before: Files, after: Files) -> bool:
    """Whether nothing of SIP differs but endpoints, none is new or gone, and each has the aors it had."""
    paths = {path for path in touched(before, after) if path.startswith("pjsip/")}
    alone = all(path.startswith(ENDPOINTS) for path in paths)
    return alone and _aors(before, paths) == _aors(after, paths)


def _aors(files: Files, paths: set[str]) -> dict[str, list[str]]:
    known = sections({path: files[path] for path in paths & files.keys()}, "pjsip")
    return {name: re.findall(r"^aors = .*$", section.body, re.MULTILINE) for name, section in known.items()}


def reload_endpoints(live: AsteriskConsole, taken: Callable[[], bool], log: LiveLog) -> bool:
    """Have endpoints read again and wait until they are ``taken``. False: they were not, reload all of SIP."""
    live.rx(RELOAD)
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if taken():
            return True
        if log.complaints(LOOK_SECONDS):
            return False
    return False
