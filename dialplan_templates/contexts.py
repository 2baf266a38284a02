"""Contexts of former versions stay as long as a call is in them."""

from __future__ import annotations

import re

from callcenter.ports import AsteriskConsole
from dialplan_templates.versions import Files, Versions

_CONTEXT = re.compile(r"!(?:call|agent|record)_([0-9a-f]{8})!")


def carried_contexts(versions: Versions, files: Files, live: AsteriskConsole | None) -> dict[str, str]:
    """Call contexts of the live version that ``files`` lacks and a channel may still be in.

    The newest former one always stays, for calls that come in between this look and the swap.
    """
    number = versions.live()
    if number is None or live is None:
        return {}
    now = {path: text for path, text in versions.files(number).items() if path.startswith("extensions/call-")}
    digests = set(_CONTEXT.findall(live.rx("core show channels concise")))
    newest = _entered_by(versions.files(number))
    kept = {path for path in now if path in newest or _digest(path) in digests}
    return {path: now[path] for path in kept - files.keys()}


def _entered_by(files: Files) -> set[str]:
    """The call context file that a version's entry leads to."""
    return {path for path in files if _digest(path) in files.get("extensions/00-entry.conf", "")}


def _digest(path: str) -> str:
    return path.removeprefix("extensions/call-").removesuffix(".conf")
