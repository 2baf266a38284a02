"""A site as its one canonical text: the same site always gives the same bytes.

Defaults are left out, keys stand in the model's order, lists and mappings in the author's. The text
is written here and not by a YAML library, because libraries fold, indent and quote by their own
taste, which changes from one release to the next; ``tests/callcenter/test_site_file.py`` proves that
every site reads back equal.
"""

from __future__ import annotations

import json
import re
from typing import Any

from callcenter.site import Site
from callcenter.site.words import Part

WIDTH = 100
"""Longest line that a short list may make."""

_RESERVED = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])
_DAY_OR_HOURS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NEEDS_QUOTES = re.compile(r": | #|:$|\s$|\s\s")
_NEEDS_QUOTES_IN_BRACKETS = re.compile(r"[\[\]{},:]")


def dump(site: Site) -> str:
    """The canonical text of a site."""
    lines: list[str] = []
    for key, value in plain(site).items():
        if _is_parts(value):
            lines.append("")
        lines += _entry(key, value, 0)
    return "\n".join(lines) + "\n"


def lines_of(key: str, value: Any) -> list[str]:
    """One entry of a part, as the canonical text has it."""
    return _entry(key, value, 0)


def plain(part: Part) -> dict[str, Any]:
    """A part as JSON values: defaults left out, ``note`` after the title or the first key."""
    data: dict[str, Any] = _note_below(part.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    return data


def _note_below(value: Any) -> Any:
    if isinstance(value, list):
        return [_note_below(item) for item in value]
    if not isinstance(value, dict):
        return value
    moved = {key: _note_below(item) for key, item in value.items() if key != "note"}
    if "note" in value:
        items = list(moved.items())
        place = list(moved).index("title") + 1 if "title" in moved else 1
        moved = dict([*items[:place], ("note", value["note"]), *items[place:]])
    return moved


def _is_parts(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _entry(key: str, value: Any, depth: int) -> list[str]:
    """``key: value`` on one line when it fits, else the value below."""
    head = f"{'  ' * depth}{_key(key)}:"
    short = _short(value)
    if short is not None and (not isinstance(value, list | dict) or len(head) + 1 + len(short) <= WIDTH):
        return [f"{head} {short}"]
    if isinstance(value, dict):
        return [head, *(line for name, item in value.items() for line in _entry(name, item, depth + 1))]
    return [head, *(line for item in value for line in _item(item, depth + 1))]


def _item(value: Any, depth: int) -> list[str]:
    """``- value``; a small mapping inside a part stays on its line."""
    dash = "  " * depth + "- "
    if not isinstance(value, dict):
        return [dash + (_short(value) or "")]
    line = dash + _braces(value) if depth > 1 and _is_small(value) else ""
    if line and len(line) <= WIDTH:
        return [line]
    lines = [line for name, item in value.items() for line in _entry(name, item, depth + 1)]
    return [dash + lines[0].lstrip(), *lines[1:]]


def _short(value: Any) -> str | None:
    """The value on one line, or None when it has to stand below its key."""
    if isinstance(value, list):
        return None if _is_parts(value) else f"[{', '.join(_scalar(item, flow=True) for item in value)}]"
    if isinstance(value, dict):
        return None if value else "{}"
    return _scalar(value)


def _is_small(value: dict[str, Any]) -> bool:
    return all(not isinstance(item, dict) and not _is_parts(item) for item in value.values())


def _braces(value: dict[str, Any]) -> str:
    pairs = [
        f"{_key(key)}: {_short(item) if isinstance(item, list) else _scalar(item, flow=True)}"
        for key, item in value.items()
    ]
    return "{" + ", ".join(pairs) + "}"


def _key(key: str) -> str:
    return key if _KEY.fullmatch(key) and key not in ("true", "false", "null") else _quoted(key)


def _scalar(value: Any, *, flow: bool = False) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if _DAY_OR_HOURS.fullmatch(value):
        return value
    quote = not value[:1].isalpha() or value.lower() in _RESERVED or not value.isprintable()
    if quote or _NEEDS_QUOTES.search(value) or (flow and _NEEDS_QUOTES_IN_BRACKETS.search(value)):
        return _quoted(value)
    return value


def _quoted(value: str) -> str:
    """Double quotes as in JSON, with only unprintable characters escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() or char == "　" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
