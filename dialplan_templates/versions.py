"""Configuration versions on disk: whole folders, and one link that makes one of them live.

``hotline.versions/18/`` holds every rendered file of version 18 and a manifest of their digests;
``hotline.d`` is a link to the live one. A swap is one rename, so at any moment the live
configuration is entirely one version or entirely another.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

LINK = "hotline.d"
FOLDER = "hotline.versions"
MANIFEST = "manifest.json"
PENDING = "pending.json"

Files = Mapping[str, str]
"""Relative path: text."""


def digest(files: Files) -> str:
    """One sha256 over all names and contents."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0{len(files[path])}\0{files[path]}".encode())
    return whole.hexdigest()


class Versions:
    """The version folders below Asterisk's configuration folder ``etc``."""

    def __init__(self, etc: Path) -> None:
        self.etc = etc
        self.folder = etc / FOLDER
        self._link = etc / LINK

    def live(self) -> int | None:
        """The number of the live version, None before the first apply."""
        try:
            return int(self._link.readlink().name)
        except FileNotFoundError:
            return None

    def numbers(self) -> list[int]:
        """Every version on disk, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(int(path.name) for path in self.folder.iterdir() if path.name.isdigit())

    def path(self, number: int) -> Path:
        """The folder of a version."""
        return self.folder / str(number)

    def files(self, number: int | None) -> dict[str, str]:
        """A version's files as they stand on disk now; none for None."""
        if number is None:
            return {}
        root = self.path(number)
        paths = (path for path in root.rglob("*") if path.is_file() and path.name != MANIFEST)
        return {str(path.relative_to(root)): path.read_text("utf-8") for path in sorted(paths)}

    def edited(self, number: int | None) -> list[str]:
        """Files of a version that are no longer as they were rendered: changed, gone or added."""
        if number is None:
            return []
        meant: dict[str, str] = json.loads((self.path(number) / MANIFEST).read_text("utf-8"))
        found = {path: _sha(text) for path, text in self.files(number).items()}
        return sorted(path for path in meant.keys() | found.keys() if meant.get(path) != found.get(path))

    def stage(self, files: Files) -> int:
        """Write a new version beside the others, synced, under the next number."""
        taken = (path.name.removesuffix(".refused") for path in self.folder.glob("*"))
        number = max((int(name) for name in taken if name.isdigit()), default=0) + 1
        growing = self.folder / f".staging-{os.getpid()}"
        shutil.rmtree(growing, ignore_errors=True)
        manifest = {path: _sha(text) for path, text in sorted(files.items())}
        for path, text in {**files, MANIFEST: json.dumps(manifest, indent=1)}.items():
            _write(growing / path, text)
        self._adopt(growing)
        _sync_tree(growing)
        growing.rename(self.path(number))
        sync(self.folder)
        return number

    def swap(self, number: int) -> None:
        """Make a version live: one rename."""
        fresh = self.etc / f".{LINK}.{os.getpid()}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(f"{FOLDER}/{number}")
        fresh.replace(self._link)
        sync(self.etc)

    def write_stub(self, name: str, text: str) -> None:
        """Put one of the small files that include the live version in place, whole or not at all."""
        fresh = self.etc / f".{name}.new"
        _write(fresh, text)
        self._adopt(fresh)
        fresh.replace(self.etc / name)
        sync(self.etc)

    def _adopt(self, path: Path) -> None:
        """Give what was written to the account that owns the configuration folder: Asterisk has to read it."""
        owner = self.etc.stat()
        for each in (self.folder, path, *path.rglob("*")):
            if each.exists() and each.stat().st_uid != owner.st_uid:
                os.chown(each, owner.st_uid, owner.st_gid, follow_symlinks=False)

    def mark_pending(self, modules: list[str]) -> None:
        """From now until ``clear_pending`` a reload is owed for these modules, whichever version is live."""
        growing = self.folder / f".{PENDING}"
        _write(growing, json.dumps(modules))
        growing.replace(self.folder / PENDING)
        sync(self.folder)

    def pending(self) -> list[str]:
        """Modules a killed apply still owes a reload."""
        try:
            return list(json.loads((self.folder / PENDING).read_text("utf-8")))
        except FileNotFoundError:
            return []

    def clear_pending(self) -> None:
        """The live version has been reloaded and read back."""
        (self.folder / PENDING).unlink(missing_ok=True)

    def refuse(self, number: int) -> None:
        """Set a version aside that failed its check: kept to look at, never live."""
        self.path(number).rename(self.folder / f"{number}.refused")


def sync(path: Path) -> None:
    """Make what happened in a folder, or to a file, survive a power loss."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_tree(root: Path) -> None:
    for folder in [path for path in root.rglob("*") if path.is_dir()] + [root]:
        sync(folder)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
