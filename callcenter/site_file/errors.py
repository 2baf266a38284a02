"""What the typed model says about a site file, in words that name the mend."""

from __future__ import annotations

import json
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from callcenter.site import Site
from callcenter.site.problems import Path
from callcenter.site.words import MEANINGS
from callcenter.site_file.yaml_lines import Tree

DISCRIMINATORS = ("kind", "by")
"""Keys that tell which class a mapping is; pydantic puts their value into an error's path."""
MOST_HOMES = 3
"""A key of more lists says little about where it was meant."""


def note_errors(tree: Tree, error: ValidationError) -> None:
    """Add every error of the model to the tree's findings, each at its line."""
    for details in error.errors(include_url=False):
        path = _written_path(details["loc"], tree.data)
        if details["type"] in ("union_tag_invalid", "union_tag_not_found"):
            path = (*path, details["ctx"]["discriminator"].strip("'"))
        tree.find(path, sentence(details))


def sentence(details: ErrorDetails) -> str:
    """One error as a sentence."""
    if details["input"] is None and details["type"] != "missing":
        return "has no value: give one or remove the key"
    kind = details["type"]
    say = _SENTENCES.get(kind)
    return say(details) if say else str(details["msg"])


def _written_path(loc: tuple[int | str, ...], data: Any) -> Path:
    """Pydantic's path without the names of classes: the path as in the file."""
    path: list[int | str] = []
    may_be_class = False
    for step in loc:
        if step == "[key]":
            break
        if may_be_class and step in [data.get(key) for key in DISCRIMINATORS]:
            may_be_class = False
            continue
        path.append(step)
        data = _inside(data, step)
        may_be_class = isinstance(data, dict)
    return tuple(path)


def _inside(data: Any, step: int | str) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None


@cache
def _known_keys() -> list[str]:
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            found.update(node.get("properties", {}))
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(Site.model_json_schema())
    return sorted(found)


@cache
def _homes(key: str) -> list[str]:
    """The lists of the site whose parts may have a key."""
    schema = Site.model_json_schema()
    parts = {name: listed.get("items", {}).get("$ref", "") for name, listed in schema["properties"].items()}
    models = {name: schema["$defs"][ref.rpartition("/")[2]] for name, ref in parts.items() if ref}
    return [name for name, model in models.items() if key in model.get("properties", {})]


def _unknown_key(details: ErrorDetails) -> str:
    key = str(details["loc"][-1])
    near = get_close_matches(key, _known_keys(), 1)
    hint = f"did you mean {near[0]}?" if near else "remove it"
    if key in near:
        homes = _homes(key)
        few = f"it belongs to a part of {' or '.join(homes)}"
        hint = few if 0 < len(homes) <= MOST_HOMES else "remove it, or indent it as in the guide"
    return f"there is no such key here; {hint}"


def _pattern(details: ErrorDetails) -> str:
    pattern = details["ctx"]["pattern"]
    return f"{_shown(details)} will not do: give {MEANINGS.get(pattern, 'text matching ' + pattern)}"


def _limit(word: str, key: str) -> Callable[[ErrorDetails], str]:
    return lambda details: f"{_shown(details)} will not do: give {word} {details['ctx'][key]:g}"


def _want(what: str) -> Callable[[ErrorDetails], str]:
    return lambda details: f"{_shown(details)} will not do: give {what}"


def _shown(details: ErrorDetails) -> str:
    """The value as written, at most 40 characters of it."""
    value = details["input"]
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else f'{text[:39]}…"'


_SENTENCES: dict[str, Callable[[ErrorDetails], str]] = {
    "missing": lambda details: f"is missing: add {details['loc'][-1]}",
    "extra_forbidden": _unknown_key,
    "string_pattern_mismatch": _pattern,
    "string_type": _want("text"),
    "literal_error": lambda details: _want(f"one of {details['ctx']['expected']}")(details),
    "union_tag_invalid": lambda details: (
        f"there is no {details['ctx']['tag']!r}: give one of {details['ctx']['expected_tags']}"
    ),
    "union_tag_not_found": lambda details: "is missing: add " + details["ctx"]["discriminator"].strip("'"),
    "model_attributes_type": _want("a mapping (key: value)"),
    "model_type": _want("a mapping (key: value)"),
    "dict_type": _want("a mapping (key: value)"),
    "list_type": _want("a list"),
    "int_parsing": _want("a whole number"),
    "int_type": _want("a whole number"),
    "float_parsing": _want("a number"),
    "float_type": _want("a number"),
    "bool_parsing": _want("true or false"),
    "bool_type": _want("true or false"),
    "date_from_datetime_parsing": _want("a date as 2026-10-01"),
    "date_type": _want("a date as 2026-10-01"),
    "greater_than_equal": _limit("at least", "ge"),
    "greater_than": _limit("more than", "gt"),
    "less_than_equal": _limit("at most", "le"),
    "too_short": lambda details: f"needs at least {details['ctx']['min_length']}",
    "value_error": lambda details: str(details["ctx"]["error"]),
}
