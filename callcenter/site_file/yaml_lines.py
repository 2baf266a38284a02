"""YAML text to plain data, keeping the line of every key and item and finding all that is wrong.

Every scalar stays text: the typed model decides what is a number, a date or a yes. So a leading zero
of a telephone number is never lost, and ``no`` may be a language. Anchors, aliases and tags are
refused: they have no use here and make a file grow without bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from callcenter.site.problems import Path, dotted

NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
DEEPEST = 20
"""Levels of nesting a site never reaches."""


@dataclass(frozen=True, order=True)
class Finding:
    """A problem at a place a person can go to."""

    line: int
    key: str
    message: str
    warning: bool = False

    def at(self, file: str) -> str:
        """One line for the operator: file, line, dotted key, what is wrong and the mend."""
        key = f" {self.key}:" if self.key else ""
        return f"{file}:{self.line}:{key} {self.message}"


@dataclass
class Tree:
    """What a text says: dicts, lists and text; ``lines`` counts from 1."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    broken: bool = False
    """Whether something stands there that is no text, so that the data say less than the file means."""

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest thing above it that is written."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def find(self, path: Path, message: str, *, warning: bool = False) -> None:
        """Note a problem at ``path``."""
        self.findings.append(Finding(self.line(path), dotted(path), message, warning))


def parse(text: str) -> Tree:
    """Read one YAML document. Never raises: what is wrong is in the tree's findings."""
    tree = Tree()
    tree.findings += _tabs(text)
    try:
        tree.data = _Builder(tree, YAML(typ="safe", pure=True).parse(text)).document()
    except MarkedYAMLError as error:
        if not tree.findings:
            tree.findings.append(_syntax(error))
    except YAMLError as error:
        tree.findings.append(_unreadable(error, text))
    return tree


class _Builder:
    """Makes data of the parser's events."""

    def __init__(self, tree: Tree, events: Iterator[Event]) -> None:
        self.tree = tree
        self.events = events

    def document(self) -> Any:
        data = None
        documents = 0
        for event in self.events:
            if isinstance(event, StreamStartEvent | StreamEndEvent | DocumentEndEvent):
                continue
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._refuse(event, (), "a second document (---) begins here: one file holds one site")
                continue
            value = self._value(event, ())
            data = value if documents == 1 else data
        return data

    def _value(self, event: Event, path: Path) -> Any:
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            self.tree.broken = True
        if getattr(event, "anchor", None):
            self._refuse(
                event, path, 'quote a text that begins with * or &, as "*"; anchors are not used here'
            )
        if getattr(event, "tag", None):
            self._refuse(event, path, "tags (!) are not used here: quote a text that begins with !")
        if len(path) > DEEPEST:
            raise MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self._list(path)
        if isinstance(event, ScalarEvent):
            return None if event.style is None and event.value in NOTHING else event.value
        return None

    def _list(self, path: Path) -> list[Any]:
        items: list[Any] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            here = (*path, len(items))
            self.tree.lines[here] = event.start_mark.line + 1
            items.append(self._value(event, here))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._key(event, path)
            here = (*path, key)
            if key in found:
                first = self.tree.lines[here]
                self._refuse(event, here, f"this key is on line {first} already: keep one of them")
                self._value(next(self.events), here)
                continue
            self.tree.lines[here] = event.start_mark.line + 1
            found[key] = self._value(next(self.events), here)
        return found

    def _key(self, event: Event, path: Path) -> str:
        if isinstance(event, ScalarEvent):
            return str(event.value)
        if isinstance(event, AliasEvent):
            self._refuse(event, path, 'quote a key that begins with *, as "*"')
            self.tree.broken = True
            return "*"
        self._refuse(event, path, "a key is plain text, not a list or a mapping")
        self._value(event, path)
        return ""

    def _refuse(self, event: Event, path: Path, message: str) -> None:
        self.tree.findings.append(Finding(event.start_mark.line + 1, dotted(path), message))


def _tabs(text: str) -> list[Finding]:
    if "\t" not in text:
        return []
    lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(r" *\t", line)]
    return [Finding(line, "", "indented with a tab: use spaces") for line in lines]


_MENDS = (
    (r"found character '([@`%])'", r'quote a text that begins with \1, as "\1back"'),
    (
        r"mapping values are not allowed here",
        "indented unlike its neighbours, or a text with a colon: quote it",
    ),
    (r"could not find expected ':'", "a key needs a colon and a space after it"),
    (r"expected <block end>", "indented unlike its neighbours"),
    (r"expected ',' or '[}\]]'", "a bracket or a comma is missing"),
    (r"found unexpected end of stream|EOF", "a quote or a bracket is not closed"),
    (r"expected alphabetic or numeric character", 'quote a text that begins with * or &, as "*"'),
    (r"expected '<document start>'", "the text goes on outside of any key"),
)


def _syntax(error: MarkedYAMLError) -> Finding:
    mark = error.problem_mark or error.context_mark
    said = str(error.problem or error.context or "not YAML")
    for pattern, mend in _MENDS:
        if match := re.search(pattern, said):
            said = match.expand(mend)
            break
    return Finding(mark.line + 1 if mark else 1, "", said)


def _unreadable(error: YAMLError, text: str) -> Finding:
    before = text[: getattr(error, "position", 0)]
    return Finding(before.count("\n") + 1, "", "a control character stands here: remove it")
