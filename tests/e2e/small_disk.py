"""A small file system in the place of a folder, for a while; what was written there stays when it goes."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

import pytest

from recordings.naming import PART_FOLDER


class SmallDisk:
    """A tmpfs of ``size`` bytes over ``folder``. Skips the test where mounting is not allowed."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._size = size
        self._ballast = folder / "ballast"

    def __enter__(self) -> SmallDisk:
        self._make_part_folder()
        command = ["mount", "-t", "tmpfs", "-o", f"size={self._size},mode=0777", "tmpfs", str(self._folder)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("a file system can't be mounted here")
        self._make_part_folder()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with tempfile.TemporaryDirectory() as kept:
            shutil.copytree(self._folder, kept, dirs_exist_ok=True)
            subprocess.run(["umount", "--lazy", str(self._folder)], check=True, capture_output=True)
            shutil.copytree(kept, self._folder, dirs_exist_ok=True)

    def _make_part_folder(self) -> None:
        """As Asterisk makes it for its first recording: below the disk, for afterwards, and on it."""
        part, owner = self._folder / PART_FOLDER, self._folder.parent.stat()
        part.mkdir(parents=True, exist_ok=True)
        for folder in (self._folder, part):
            shutil.chown(folder, owner.st_uid, owner.st_gid)

    def fill(self) -> None:
        """Not a byte more fits."""
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                return

    def free(self) -> None:
        """As much room as there was."""
        self._ballast.unlink()
