"""Contexts of former versions stay as long as a call is in them."""

from __future__ import annotations

import re

from callcenter.ports import AsteriskConsole
from dialplan_templates.plan import CALLS
from dialplan_templates.versions import Files

ENTRY = "extensions/00-entry.conf"
_CONTEXT = re.compile(r"![a-z]+_([0-9a-f]{8})!")


def carried_contexts(now: Files, files: Files, live: AsteriskConsole | None) -> dict[str, str]:
    """Call contexts of the live version ``now`` that ``files`` lacks and a channel may still be in.

    The newest one always stays, for calls that come in between this look and the swap. While the dialplan
    does not change all stay: leaving one out would be a reload for nothing.
    """
    old = {path: text for path, text in now.items() if path.startswith(CALLS) and path not in files}
    if live is None or entered_by(now) == entered_by(files):
        return old if live is not None else {}
    digests = set(_CONTEXT.findall(live.rx("core show channels concise")))
    return {path: text for path, text in old.items() if path in entered_by(now) or _digest(path) in digests}


def entered_by(files: Files) -> set[str]:
    """The call context file that a version's entry leads to."""
    return {path for path in files if path.startswith(CALLS) and _digest(path) in files.get(ENTRY, "")}


def own_files(files: Files) -> dict[str, str]:
    """A version without the call contexts it carried for others."""
    kept = entered_by(files)
    return {path: text for path, text in files.items() if path in kept or not path.startswith(CALLS)}


def _digest(path: str) -> str:
    return path.removeprefix(CALLS).removesuffix(".conf")
