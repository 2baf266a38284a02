"""Files that appear whole or not at all, and a content-addressed cache of sounds built on them.

``<folder>/<language>/<sha16>.wav``, keyed by everything that shaped the sound; ``<folder>/.part`` holds what
is being written, so a crash leaves only litter there, which a later build sweeps.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path

from callcenter.durable import sync
from callcenter.errors import HotlineError

PART = ".part"
LITTER_SECONDS = 3600
Write = Callable[[Path], None]
"""Writes one sound to the path it is given."""


class PromptCache:
    """The folder of all sounds of a site."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        _make(self.folder / PART)

    def get(self, language: str, identity: tuple[str, ...], write: Write) -> tuple[Path, bool]:
        """The sound of this identity, and whether it had to be made now by ``write``."""
        path = self._path(language, identity)
        if is_sound(path):
            return path, False
        self.publish(path, write)
        return path, True

    def find(self, language: str, identity: tuple[str, ...]) -> Path | None:
        """The sound of this identity, None when it has not been made."""
        path = self._path(language, identity)
        return path if is_sound(path) else None

    def publish(self, path: Path, write: Write) -> None:
        """Have ``write`` make a file that then takes its place at ``path`` in one step.

        What it raises passes through, and a full disk is a HotlineError; then ``path`` is as it was.
        """
        handle, name = tempfile.mkstemp(suffix=".wav", dir=self.folder / PART)
        os.close(handle)
        part = Path(name)
        try:
            write(part)
            part.chmod(0o644)
            sync(part)
            _make(path.parent)
            part.replace(path)
            sync(path.parent)
        except OSError as error:
            raise HotlineError(f"cannot write {path}: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)

    def link(self, source: Path, path: Path) -> None:
        """Make ``path`` another name of the cached file ``source``."""
        if path.exists() and path.samefile(source):
            return

        def relink(part: Path) -> None:
            part.unlink()
            part.hardlink_to(source)

        self.publish(path, relink)

    def _path(self, language: str, identity: tuple[str, ...]) -> Path:
        key = hashlib.sha256("\0".join((language, *identity)).encode()).hexdigest()[:16]
        return self.folder / language / f"{key}.wav"

    def sweep(self) -> None:
        """Remove what a crash left half written, an hour ago or earlier."""
        for part in (self.folder / PART).iterdir():
            if time.time() - part.stat().st_mtime > LITTER_SECONDS:
                part.unlink(missing_ok=True)


def _make(folder: Path) -> None:
    """With those above it; Asterisk reads there, whatever umask this process has."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)


def length_ms(path: Path) -> int:
    """The length of a wav file. Raises wave.Error, EOFError or OSError when it is none."""
    with wave.open(str(path), "rb") as sound:
        return sound.getnframes() * 1000 // sound.getframerate()


def is_sound(path: Path) -> bool:
    """Whether ``path`` is a wav file that can be played."""
    try:
        return length_ms(path) > 0
    except (OSError, EOFError, wave.Error):
        return False
