"""What the operator's guide and the README tell people to type: the site file's lines, and the commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [ROOT / "README.md", *(ROOT / "docs/guide").rglob("*.md")]
    if path.name != "reference.md"
)
NAMES = ("name", "number", "agent", "first")
"""By which of its keys a part of a list is known."""
ENDS = {";", "&&", "|", ">", "||"}


def text(page: str) -> str:
    """A page."""
    return (ROOT / page).read_text("utf-8")


def blocks(page: str, *languages: str) -> list[str]:
    """The page's fenced blocks of some languages, without the indentation of a list they stand in."""
    fences = re.findall(r"^( *)```(\w*)\n(.*?)^\1```$", text(page), re.MULTILINE | re.DOTALL)
    return [
        re.sub(rf"^{indent}", "", block, flags=re.MULTILINE)
        for indent, language, block in fences
        if language in languages
    ]


def on_top(tree: Any, more: Any) -> Any:
    """``tree`` with a snippet's lines: what has the same name gets them, what has a new one is added."""
    if isinstance(tree, dict) and isinstance(more, dict):
        return tree | {key: on_top(tree[key], value) if key in tree else value for key, value in more.items()}
    if isinstance(tree, list) and isinstance(more, list) and more and _known_as(more[0]):
        by_name = {_known_as(part): part for part in tree}
        for part in more:
            by_name[_known_as(part)] = on_top(by_name.get(_known_as(part), {}), part)
        return list(by_name.values())
    return more


def _known_as(part: Any) -> object:
    return next((part[name] for name in NAMES if name in part), None) if isinstance(part, dict) else None


def site_lines(page: str) -> dict[str, Any]:
    """All the page's lines for the site file, together."""
    found: dict[str, Any] = {}
    for block in blocks(page, "yaml"):
        found = on_top(found, YAML(typ="safe").load(block))
    return found


def commands(page: str) -> Iterator[list[str]]:
    """Each ``hotline …`` of the page, as words; ``[--option]`` is given, of ``this|that`` each."""
    whole = text(page)
    fenced = "\n".join(blocks(page, "", "sh"))
    told = [line for line in fenced.replace("\\\n", " ").splitlines() if "hotline " in line]
    told += re.findall(r"`(hotline [^`…]+)`", re.sub(r"```.*?```", "", whole, flags=re.DOTALL))
    for line in told:
        for words in _each_command(line):
            yield from _each_choice(words)


def _each_command(line: str) -> Iterator[list[str]]:
    reader = shlex.shlex(line.replace("[", " ").replace("]", " "), posix=True, punctuation_chars=";&>")
    reader.whitespace_split = True
    words: list[str] = []
    for word in [*reader, ";"]:
        if word not in ENDS:
            words.append(word)
            continue
        if words and words[0] == "hotline":
            yield words[1:]
        words = []


def _each_choice(words: list[str]) -> Iterator[list[str]]:
    for at, word in enumerate(words):
        if "|" in word:
            for choice in word.split("|"):
                yield from _each_choice([*words[:at], choice, *words[at + 1 :]])
            return
    yield words
