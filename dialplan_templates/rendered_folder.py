"""A folder that holds what was rendered last, and nothing else: ``hotline render --out``."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from callcenter.errors import HotlineError
from dialplan_templates.durable import write

MARK = "render.manifest"
"""The names of the files that a render has written here."""


def fill(out: Path, files: Mapping[str, str]) -> None:
    """Write the files and remove those of a former render. Raises HotlineError for a folder with other things."""
    there, former = _names(out), _former(out)
    if foreign := sorted(there - former - {MARK}):
        raise HotlineError(
            f"{out} holds other things, as {foreign[0]}: give a folder that is empty, new, or of a former render"
        )
    _mark(out, former | set(files))
    for name, text in files.items():
        write(out / name, text)
    for name in there - set(files) - {MARK}:
        _remove(out, name)
    _mark(out, set(files))


def _names(out: Path) -> set[str]:
    """Every file in the folder and below it. Raises OSError."""

    def raised(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error

    return {
        str((Path(folder) / name).relative_to(out))
        for folder, folders, names in os.walk(out, onerror=raised)
        for name in (*names, *(each for each in folders if (Path(folder) / each).is_symlink()))
    }


def _former(out: Path) -> set[str]:
    try:
        return set(json.loads((out / MARK).read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return set()


def _mark(out: Path, names: set[str]) -> None:
    write(out / MARK, json.dumps(sorted(names), indent=1))


def _remove(out: Path, name: str) -> None:
    """With the folders that are empty then."""
    (out / name).unlink()
    for folder in (out / name).parents:
        if folder == out or any(folder.iterdir()):
            return
        folder.rmdir()
