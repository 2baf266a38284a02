"""The keys of the commands' ``--json`` that programs have come to know (``golden/json_keys.json``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "golden/json_keys.json").read_text("utf-8"))
"""By command."""


def keys(value: Any) -> Any:
    """What a program may rely on: the keys of an object, of a list's objects those of any."""
    if isinstance(value, dict):
        return {name: keys(inner) for name, inner in value.items()}
    if isinstance(value, list):
        found: list[Any] = []
        for one in map(keys, value):
            found = [_both(found[0], one) if found else one]
        return found
    return None


def _both(known: Any, other: Any) -> Any:
    if isinstance(known, dict) and isinstance(other, dict):
        return {name: _both(known.get(name), other.get(name)) for name in dict.fromkeys((*known, *other))}
    if isinstance(known, list) and isinstance(other, list):
        return [_both(known[0], other[0])] if known and other else known or other
    return other if known is None else known


def lost(known: Any, told: Any, where: str = "") -> list[str]:
    """The known keys that are not there any more; there may be new ones."""
    if isinstance(known, dict) and isinstance(told, dict):
        return [
            key
            for name, inner in known.items()
            for key in (lost(inner, told[name], f"{where}.{name}") if name in told else [f"{where}.{name}"])
        ]
    if isinstance(known, list) and isinstance(told, list):
        return lost(known[0], told[0], f"{where}[]") if known and told else [where] * (len(known) > len(told))
    return [where] * isinstance(known, dict | list)


def lost_of(command: str, printed: Any) -> list[str]:
    """The known keys of a command that what it has printed has not."""
    return lost(GOLDEN[command], keys(printed))
