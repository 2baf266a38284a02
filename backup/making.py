"""Makes a backup of an installation that goes on working.

The database is taken as of one moment. What is only ever added or replaced by a rename is taken around it: facts on
their way to the database before it, since reading one twice changes nothing; sounds before it and, those that its
rows speak of and that came meanwhile, behind it.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from sqlalchemy import Engine

from backup.archive import Manifest, Writer
from backup.contents import HOME, JOURNAL, SOUNDS, Places
from callcenter.errors import HotlineError
from callcenter.settings import Settings
from schema.copying import Snapshot, snapshot
from schema.upgrade import current

DATABASE = "database"


def make(
    settings: Settings, engine: Engine, now: dt.datetime, out: IO[bytes], *, sounds: bool = False
) -> Manifest:
    """Write a backup to ``out``. Raises HotlineError, and what databases and disks raise."""
    revision = current(engine)
    if revision is None:
        raise HotlineError("there is nothing to save: the database has not been set up (hotline db upgrade)")
    manifest = Manifest(
        program=importlib.metadata.version("hotline-callcenter"),
        made_at=now.isoformat(timespec="seconds"),
        system_name=settings.system_name,
        revision=revision,
        sounds=sounds,
    )
    writer, places = Writer(out, manifest), Places(settings)
    _take(writer, places.files("home", JOURNAL))
    if sounds:
        _take(writer, places.files("sounds", *SOUNDS))
    with (
        snapshot(engine) as taken,
        tempfile.TemporaryDirectory(dir=settings.folder, prefix=".backup-") as work,
    ):
        manifest.revision = taken.revision or revision
        for name in taken.names:
            _table(writer, taken, name, Path(work) / "table")
        if sounds:
            _sounds_of_rows(writer, places, taken)
    _take(writer, places.files("home", *HOME))
    _take(writer, places.files("etc"))
    writer.close()
    return manifest


def table_file(name: str) -> str:
    """A table's name in a backup."""
    return f"{DATABASE}/{name}.jsonl"


def _table(writer: Writer, taken: Snapshot, name: str, file: Path) -> None:
    count = -1  # its first line lists the columns
    with file.open("wb") as out:
        for line in taken.lines(name):
            out.write(line + b"\n")
            count += 1
    file.chmod(0o600)
    writer.add(table_file(name), file)
    writer.manifest.tables[name] = count


def _take(writer: Writer, files: Iterator[tuple[str, Path]]) -> None:
    for name, path in files:
        if path.is_symlink():
            target = path.readlink()
            if not target.is_absolute() and ".." not in target.parts:
                writer.link(name, str(target))
            continue
        try:
            writer.add(name, path)
            writer.manifest.folders[str(PurePosixPath(name).parent)] = path.parent.stat().st_mode & 0o777
        except FileNotFoundError:  # stored, converted or deleted since it was listed
            continue


def _sounds_of_rows(writer: Writer, places: Places, taken: Snapshot) -> None:
    """What the rows speak of, unless an object store alone has it; what else was taken was deleted meanwhile."""
    manifest = writer.manifest
    away = {
        number for number, gone in taken.values("recording_copies", "recording_id", "local_gone_at") if gone
    }
    rows = taken.values("recordings", "id", "path")
    wanted = {f"sounds/recordings/{path}" for number, path in rows if path and number not in away}
    for name in sorted(wanted - manifest.files.keys()):
        try:
            writer.add(name, places.path(name))
        except FileNotFoundError:
            manifest.missing.append(name)
    manifest.dropped = sorted(
        name for name in manifest.files if name.startswith("sounds/recordings/") and name not in wanted
    )
