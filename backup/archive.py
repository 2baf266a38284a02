"""The file of a backup: a compressed tar whose last member lists all others with their digests.

What lacks the list is not whole, what differs from it was changed: neither is restored. Names are ours alone; an
archive can't say where a file goes.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from callcenter.durable import sync
from callcenter.errors import HotlineError

LIST = "manifest.json"
FORMAT = 1
CHUNK = 1 << 20


class Entry(BaseModel):
    """One file of a backup."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    sha256: str
    size: int
    mode: int


class Manifest(BaseModel):
    """What a backup holds. ``tables``: rows of each, those first that others refer to."""

    model_config = ConfigDict(extra="forbid")
    format: int = FORMAT
    program: str
    made_at: str
    system_name: str
    revision: str
    tables: dict[str, int] = {}
    files: dict[str, Entry] = {}
    folders: dict[str, int] = {}
    """Rights of the folders that files were in."""
    links: dict[str, str] = {}
    sounds: bool = False
    missing: list[str] = []
    """Sounds that rows speak of and that were not there."""
    dropped: list[str] = []
    """Sounds that were deleted while the backup was made: they are not put back."""


class Writer:
    """A backup that is being made; ``close`` makes it whole."""

    def __init__(self, out: IO[bytes], manifest: Manifest) -> None:
        self._tar = tarfile.open(fileobj=out, mode="w|gz", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - see close
        self.manifest = manifest

    def add(self, name: str, source: Path) -> None:
        """A file under ``name``. Raises FileNotFoundError when it is gone."""
        with source.open("rb") as file:
            state = os.fstat(file.fileno())
            self._add(name, file, state.st_size, state.st_mode & 0o777)

    def link(self, name: str, target: str) -> None:
        """A symbolic link."""
        self.manifest.links[name] = target

    def close(self) -> None:
        """Write the list."""
        listed = self.manifest.model_dump_json(indent=1).encode()
        member = tarfile.TarInfo(LIST)
        member.size, member.mode = len(listed), 0o600
        self._tar.addfile(member, io.BytesIO(listed))
        self._tar.close()

    def _add(self, name: str, file: IO[bytes], size: int, mode: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, mode
        counted = _Hashed(file)
        self._tar.addfile(member, counted)  # a file that grows is taken as long as it was
        self.manifest.files[name] = Entry(sha256=counted.sha256, size=size, mode=mode)


def unpack(source: IO[bytes], folder: Path) -> Manifest:
    """Every file of a backup into ``folder``, which is empty. Raises HotlineError for one that is not whole."""
    with _one_line_errors(), tarfile.open(fileobj=source, mode="r|gz") as tar:
        found, listed = {}, b""
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is None:
                raise HotlineError(f"{member.name} is no file: this is not a backup of hotline")
            if member.name == LIST:
                listed = content.read()
            else:
                found[member.name] = _write(folder / checked(member.name), content)
    return _verified(listed, found)


def checked(name: str) -> PurePosixPath:
    """A name that stays below the folder it is put into. Raises HotlineError for any other."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise HotlineError(f"{name!r} is no name in a backup of hotline")
    return path


def _verified(listed: bytes, found: dict[str, str]) -> Manifest:
    if not listed:
        raise HotlineError("the backup is not whole: its list is missing; take another one")
    if orjson.loads(listed).get("format", 0) > FORMAT:
        raise HotlineError("the backup was made by a newer hotline: install that one, then restore")
    manifest = Manifest.model_validate_json(listed)
    if manifest.files.keys() != found.keys():
        raise HotlineError("the backup is damaged: its list and its files differ; take another one")
    changed = [name for name, entry in manifest.files.items() if found[name] != entry.sha256]
    if changed:
        raise HotlineError(f"the backup is damaged: {changed[0]} is not what was saved; take another one")
    for name, target in manifest.links.items():
        checked(name)
        checked(target)
    return manifest


def _write(path: Path, content: IO[bytes]) -> str:
    """Only the owner reads it, until it is in its place. Gives the digest."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


class _Hashed:
    """A file that is counted as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self._digest.update(chunk)
        return chunk

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, ValidationError, ValueError) as error:
        raise HotlineError(f"this is no whole backup of hotline ({error}); take another one") from None


@contextmanager
def growing(path: Path) -> Iterator[IO[bytes]]:
    """A file only its owner reads, which is there when it is whole. Raises HotlineError when there is one already."""
    if path.exists():
        raise HotlineError(f"{path} is there already: give another name")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        fd = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        unfinished.rename(path)
        sync(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)
