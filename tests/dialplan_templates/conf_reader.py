r"""Asterisk's configuration format read by its documented rules, independently of ``quoting.py``.

A comment runs from ``;`` to the line's end unless a backslash stands before it (the backslash then goes);
``[name](template)`` opens a section; ``key = value`` and ``key => value`` are stripped at both ends.
"""

from __future__ import annotations


def uncomment(line: str) -> str:
    """The line without its comment, ``\\;`` turned into ``;``."""
    kept = ""
    for character in line:
        if character == ";" and kept.endswith("\\"):
            kept = kept[:-1] + ";"
        elif character == ";":
            break
        else:
            kept += character
    return kept.strip()


def read(text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The sections in order: (header as written, [(key, value), …])."""
    sections: list[tuple[str, list[tuple[str, str]]]] = []
    for line in map(uncomment, text.split("\n")):
        if line.startswith("["):
            sections.append((line, []))
        elif line:
            key, _, value = line.partition("=")
            sections[-1][1].append((key.strip(), value.removeprefix(">").strip()))
    return sections
