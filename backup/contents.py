"""What belongs to an installation besides its database, and where each thing is on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from callcenter.settings import Settings

HOME = ("secrets.json", "certificates", "prompts", "audio")
JOURNAL = "journal"
SOUNDS = ("recordings", "voicemail", "conferences", "survey")
"""Below Asterisk's spool: what was said. Large, so only by option."""
UNFINISHED = (".part", ".staging", ".new", ".lock")
"""Nothing whole is below a name with one of these endings."""
REPLACED = ("home/certificates", "home/journal", "etc/hotline.versions")
"""What an older installation had there must not be mixed with what is put back."""


@dataclass(frozen=True)
class Places:
    """Names in a backup → places on this machine."""

    settings: Settings

    def folder(self, top: str) -> Path:
        """The place of a name's first part: ``home``, ``etc`` or ``sounds``."""
        return {"home": self.settings.folder, "etc": self.settings.etc, "sounds": self.settings.spool}[top]

    def path(self, name: str) -> Path:
        """Where a file of a backup belongs."""
        top, _, rest = name.partition("/")
        return self.folder(top) / rest

    def files(self, top: str, *parts: str) -> Iterator[tuple[str, Path]]:
        """Every file and link below some parts of a folder, with its name in a backup, in order."""
        folder = self.folder(top)
        for part in parts or ("",):
            root = folder / part
            for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
                inside = path.relative_to(folder)
                if not any(step.endswith(UNFINISHED) for step in inside.parts) and _is_kept(path):
                    yield f"{top}/{inside}", path

    def occupied(self) -> list[Path]:
        """What is there already of an installation; files alone."""
        certain = ("home/secrets.json", "home/journal", "etc/hotline.versions")
        return [self.path(name) for name in certain if _has_something(self.path(name))]


def _is_kept(path: Path) -> bool:
    return path.is_symlink() or path.is_file()


def _has_something(path: Path) -> bool:
    return path.is_file() or (path.is_dir() and any(path.iterdir()))
