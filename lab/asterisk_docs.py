"""Asterisk's documentation of itself, cut to what it looks at when it starts.

All that registers is searched for in it, one XPath after the other: more than half of a start's work. Without its
entry a function or application is told of in the log, and without its options' entries a module does not start.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

DOCUMENTATION = "documentation/core-en_US.xml"
REGISTERED = ("agi", "application", "function", "manager")
"""Looked up by name when they register, with a line of what they do."""
OPTIONS = "configInfo"


def shorten(file: Path) -> None:
    """Keep of it each name, what it is for, and all options; the whole stays beside it as ``NAME.full``.

    Nothing when that has been done. Raises OSError where it may not be.
    """
    whole = file.with_suffix(".xml.full")
    if whole.exists():
        return
    tree = ElementTree.parse(file)  # noqa: S314 - of Debian's own package
    docs = tree.getroot()
    for part in list(docs):
        if part.tag not in (*REGISTERED, OPTIONS):
            docs.remove(part)
        elif part.tag in REGISTERED:
            part[:] = [each for each in part if each.tag == "synopsis"]
    short = file.with_suffix(f".{os.getpid()}")
    tree.write(short, "utf-8", xml_declaration=True)
    with suppress(FileExistsError):  # another process has done so since
        os.link(file, whole)
    short.rename(file)
