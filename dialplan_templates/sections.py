"""The sections of rendered files, as far as their names and their inheritance go."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialplan_templates.versions import Files

_HEADER = re.compile(r"^\[([^\]\n]+)\](?:\(([^)\n]*)\))?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """All sections of one name taken together: an endpoint, its auth and its aor share theirs."""

    parents: frozenset[str]
    """``!`` for a template."""
    body: str


def sections(files: Files, module: str) -> dict[str, Section]:
    """The sections of a module's files by name, in the order they are first read."""
    found: dict[str, Section] = {}
    for path in sorted(files):
        if path.startswith(f"{module}/"):
            _, *pieces = _HEADER.split(files[path])
            for name, listed, body in zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=True):
                known = found.get(name, Section(frozenset(), ""))
                parents = known.parents.union(listed.split(",") if listed else ())
                found[name] = Section(parents, f"{known.body}({listed}){body}")
    return found
