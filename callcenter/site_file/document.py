"""The site file: one YAML document that holds everything an operator decides.

``load(dump(site)) == site``, and ``dump(load(text)) == text`` for canonical text. Comments are not
kept: a part's ``note`` is. Rules that look at several parts run once every part is right in itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from callcenter.errors import SiteError
from callcenter.flow_review import check as flow_check
from callcenter.site import Site, check
from callcenter.site_file.canonical import dump
from callcenter.site_file.errors import note_errors
from callcenter.site_file.yaml_lines import Finding, Tree, parse

__all__ = ["LARGEST", "Examined", "dump", "examine", "load"]

LARGEST = 10_000_000
"""Bytes; 10,000 seats take two million."""


@dataclass(frozen=True)
class Examined:
    """What a file holds. ``site`` is None when there are errors; lines are ready to print."""

    site: Site | None
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    has_comments: bool = False


def load(path: Path) -> Site:
    """The site in a file. Raises SiteError with every problem: file, line, dotted key, and the mend."""
    examined = examine(path)
    if examined.site is None:
        raise SiteError(examined.errors)
    return examined.site


def examine(path: Path) -> Examined:
    """Read and check a file. Never raises."""
    try:
        text = _read(path)
    except _UnreadableFile as error:
        return Examined(None, [str(error)])
    tree = parse(text)
    site = _typed(tree)
    if site is not None:
        for problem in (*check.problems(site, path.parent), *flow_check.all_problems(site)):
            tree.find(problem.path, problem.message, warning=problem.warning)
    errors = _lines(path, [finding for finding in tree.findings if not finding.warning])
    warnings = _lines(path, [finding for finding in tree.findings if finding.warning])
    return Examined(None if errors else site, errors, warnings, _has_comments(text))


def _typed(tree: Tree) -> Site | None:
    if tree.broken:
        return None
    if tree.data is None:
        if not tree.findings:
            tree.find((), "holds nothing: begin with name, title, timezone and languages")
        return None
    try:
        return Site.model_validate(tree.data)
    except ValidationError as error:
        note_errors(tree, error)
        return None


def _lines(path: Path, findings: list[Finding]) -> list[str]:
    return [finding.at(str(path)) for finding in sorted(set(findings))]


class _UnreadableFile(Exception):
    """The file gives no text."""


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise _UnreadableFile(f"{path}: larger than {LARGEST // 1_000_000} MB: this is no site file")
        return _decoded(path, path.read_bytes())
    except OSError as error:
        raise _UnreadableFile(f"{path}: can't be read: {error.strerror}") from None


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        mend = "save it as UTF-8" + (f" (iconv -f {guess} -t UTF-8)" if (guess := _encoding(data)) else "")
        raise _UnreadableFile(f"{path}:{line}: is not UTF-8: {mend}") from None


def _encoding(data: bytes) -> str:
    """The encoding it may be in: Windows editors write UTF-16 or GB18030."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "GB18030"


def _has_comments(text: str) -> bool:
    unquoted = re.sub(r'"(\\.|[^"\\\n])*"|\'[^\'\n]*\'', "", text)
    return re.search(r"(^|\s)#", unquoted) is not None
