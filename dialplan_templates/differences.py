"""The lines that differ between two versions, to be read by people: no secret is shown."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import secrets
from collections.abc import Iterator

from dialplan_templates.versions import Files

_SALT = secrets.token_bytes(16)
"""Of this process: what is shown of a PIN can't be looked up."""
_SECRETS = (
    r"^((?:password|secret) = )(.+)()$",
    r"^(\d+ => )(\d+)(,)",
    r"(AGI\([^,]*,)([^,]+)(,)",
)


def differences(before: Files, after: Files, paths: list[str]) -> list[str]:
    """A unified diff of the files named. A changed secret is seen to change, not what it is."""
    return [
        line
        for path in paths
        for line in difflib.unified_diff(
            _lines(path, before), _lines(path, after), f"live/{path}", f"site/{path}", lineterm=""
        )
    ]


def _lines(path: str, files: Files) -> list[str]:
    text = files.get(path, "")
    if path.endswith(".json") and text:
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    return list(_hidden(text))


def _hidden(text: str) -> Iterator[str]:
    for line in text.encode(errors="surrogateescape").decode(errors="replace").splitlines():
        shown = line
        for pattern in _SECRETS:
            shown = re.sub(pattern, lambda found: f"{found[1]}<{_mark(found[2])}>{found[3]}", shown)
        yield shown


def _mark(secret: str) -> str:
    return "hidden " + hashlib.sha256(_SALT + secret.encode()).hexdigest()[:6]
