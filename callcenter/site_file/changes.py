"""What differs between two sites, part by part. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from callcenter.site import Site
from callcenter.site.check import KEYS
from callcenter.site.words import Part
from callcenter.site_file.canonical import plain


@dataclass(frozen=True)
class Change:
    """``what`` is added, removed, changed or reordered; ``part`` is the site's key, as queues."""

    what: str
    part: str
    key: str

    def __str__(self) -> str:
        return f"{self.what} {self.part}/{self.key}" if self.key else f"{self.what} {self.part}"


def digest(part: Part) -> str:
    """sha256 of a part as JSON, the order of its keys included."""
    return hashlib.sha256(_text(part).encode()).hexdigest()


def changes(before: Site | None, after: Site) -> list[Change]:
    """All differences in the site's order; ``before`` is None for a new site."""
    if before is None:
        return [Change("added", "site", after.name)]
    return list(_changes(before, after))


def _changes(before: Site, after: Site) -> Iterator[Change]:
    for name in type(after).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if name in KEYS or name == "dids":
            yield from _parts(name, _by_key(name, old), _by_key(name, new))
        elif old != new:
            yield Change("changed", "site", name)


def _parts(part: str, old: dict[str, str], new: dict[str, str]) -> Iterator[Change]:
    yield from (Change("removed", part, key) for key in old if key not in new)
    for key, text in new.items():
        if key not in old:
            yield Change("added", part, key)
        elif old[key] != text:
            yield Change("changed", part, key)
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield Change("reordered", part, "")


def _by_key(part: str, items: list[Any]) -> dict[str, str]:
    """Each part's text by its key; a number may be a DID on several trunks."""
    if part == "dids":
        return {f"{did.number}@{did.trunk or '*'}": _text(did) for did in items}
    return {getattr(item, KEYS[part]): _text(item) for item in items}


def _text(part: Part) -> str:
    return json.dumps(plain(part), ensure_ascii=False, separators=(",", ":"))
