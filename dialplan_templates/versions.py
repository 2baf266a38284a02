"""Configuration versions on disk: whole folders, and one link that makes one of them live.

``hotline.versions/18/`` holds every rendered file of version 18 and a manifest of their digests;
``hotline.d`` is a link to the live one. A swap is one rename, so at any moment the live
configuration is entirely one version or entirely another. Numbers only grow: a rollback makes a new
version of an old one's files, so a number above the live one is what a killed apply left.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from callcenter.durable import sync
from dialplan_templates.durable import FOLDER_MODE, give, write

LINK = "hotline.d"
FOLDER = "hotline.versions"
MANIFEST = "manifest.json"
STAGING = ".staging"
REFUSED, FAILED = "refused", "failed"

Files = Mapping[str, str]
"""Relative path: text."""


def digest(files: Files) -> str:
    """One sha256 over all names and contents."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0{len(files[path])}\0{files[path]}".encode(errors="surrogateescape"))
    return whole.hexdigest()


class Versions:
    """The version folders below Asterisk's configuration folder ``etc``."""

    def __init__(self, etc: Path) -> None:
        self.etc = etc
        self.folder = etc / FOLDER
        self._link = etc / LINK
        self._seen: dict[int, dict[str, str]] = {}

    def live(self) -> int | None:
        """The number of the live version, None before the first apply."""
        try:
            return int(self._link.readlink().name)
        except FileNotFoundError:
            return None

    def numbers(self) -> list[int]:
        """Every version on disk that may be live, in order."""
        return sorted(number for number, word in self._known() if not word)

    def path(self, number: int) -> Path:
        """The folder of a version."""
        return self.folder / str(number)

    def files(self, number: int | None) -> dict[str, str]:
        """A version's files; none for None. Bytes that are no UTF-8 survive.

        They are read from disk once until ``look_again``, and not at all if they were staged here: ten
        thousand seats are not read at every turn of an apply.
        """
        if number is None:
            return {}
        if number not in self._seen:
            self._seen[number] = self._on_disk(number)
        return self._seen[number]

    def look_again(self) -> None:
        """Forget what was read: somebody may have edited it since."""
        self._seen.clear()

    def _on_disk(self, number: int) -> dict[str, str]:
        root = self.path(number)
        paths = sorted(path for path in root.rglob("*") if path.is_file() and path.name != MANIFEST)
        return {str(path.relative_to(root)): path.read_text("utf-8", "surrogateescape") for path in paths}

    def edited(self, number: int | None) -> list[str]:
        """Files of a version that, looked at now, are no longer as they were rendered: changed, gone or added."""
        if number is None:
            return []
        meant = self._manifest(number)
        self._seen[number] = self._on_disk(number)
        found = {path: _sha(text) for path, text in self._seen[number].items()}
        return sorted(path for path in meant.keys() | found.keys() if meant.get(path) != found.get(path))

    def stage(self, files: Files) -> int:
        """Write a new version beside the others, synced, under the next number."""
        self._make_folder()
        number = max((known for known, _ in self._known()), default=0) + 1
        growing = self.folder / STAGING
        shutil.rmtree(growing, ignore_errors=True)
        manifest = {path: _sha(text) for path, text in sorted(files.items())}
        try:
            for path, text in {**files, MANIFEST: json.dumps(manifest, indent=1)}.items():
                write(growing / path, text)
            give(growing, like=self.etc)
            for folder in (path for path in (*growing.rglob("*"), growing) if path.is_dir()):
                sync(folder)
            growing.rename(self.path(number))
        except OSError:
            shutil.rmtree(growing, ignore_errors=True)
            raise
        sync(self.folder)
        self._seen[number] = dict(files)
        return number

    def swap(self, number: int | None) -> None:
        """Make a version live, by one rename; None: none is."""
        if number is None:
            self._link.unlink(missing_ok=True)
        else:
            fresh = self.etc / f".{LINK}.new"
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(f"{FOLDER}/{number}")
            fresh.replace(self._link)
        sync(self.etc)

    def set_aside(self, number: int, word: str) -> None:
        """Never take a version again. Its folder stays, for its looks and for calls that began with it."""
        write(self.folder / f"{number}.{word}", "")
        sync(self.folder)

    def _known(self) -> list[tuple[int, str]]:
        """Every number ever given, and the word it was set aside with, or nothing."""
        names = os.listdir(self.folder) if self.folder.is_dir() else []  # noqa: PTH208 - names are all it takes
        words = {name.partition(".")[0]: name.partition(".")[2] for name in sorted(names)}
        return [(int(name), word) for name, word in words.items() if name.isdigit()]

    def _manifest(self, number: int) -> dict[str, str]:
        try:
            return dict(json.loads((self.path(number) / MANIFEST).read_text("utf-8")))
        except (FileNotFoundError, ValueError):
            return {}

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(mode=FOLDER_MODE, parents=True)
            give(self.folder, like=self.etc)
            sync(self.etc)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
