"""Puts a backup back: looked at whole first, then the database in one transaction, then each file by a rename."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backup.archive import Manifest, growing, unpack
from backup.contents import REPLACED, Places
from backup.making import DATABASE, make, table_file
from callcenter.errors import HotlineError
from callcenter.settings import Settings
from schema.calls import LedgerPosition
from schema.copying import is_empty, replace
from schema.processes import SignOfLife
from schema.upgrade import current, head, knows, upgrade

FOLDER_MODE = 0o755
AT_WORK = dt.timedelta(seconds=20)
"""A listener at work says so in the database every five seconds."""


class Restored(Manifest):
    """What was put back; ``before``: the backup of what had been there."""

    before: Path | None = None


def restore(
    settings: Settings, engine: Engine, now: dt.datetime, source: IO[bytes], *, force: bool
) -> Restored:
    """Put a backup in the place of what is there. Raises HotlineError.

    Nothing was changed then, unless it says that files are missing: the next restore puts all of it back.
    """
    _refuse_at_work(settings, engine, now)
    occupied = Places(settings).occupied()
    if not force and (occupied or not is_empty(engine)):
        what = ", ".join(map(str, occupied)) or "its database has rows"
        raise HotlineError(
            f"this installation is not empty ({what}); with --force it is saved first, then replaced"
        )
    settings.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.folder, prefix=".restore-") as work:
        manifest = unpack(source, Path(work))
        if not knows(manifest.revision):
            raise HotlineError(
                f"the backup is of a newer hotline ({manifest.program}): install that one first"
            )
        _refuse_other_counts(manifest, Path(work))
        before = _save(settings, engine, now) if force else None
        replace(engine, manifest.revision, _tables(manifest, Path(work)))
        try:
            _put_back(manifest, Path(work), Places(settings))
        except OSError as error:
            raise HotlineError(
                f"the database is restored and files are missing ({error.filename}: {error.strerror}): "
                "mend that, then restore again with --force"
            ) from error
    return Restored(**manifest.model_dump(), before=before)


def _refuse_other_counts(manifest: Manifest, work: Path) -> None:
    for name, rows in manifest.tables.items():
        with (work / table_file(name)).open("rb") as file:
            if sum(1 for _ in file) - 1 != rows:
                raise HotlineError(
                    f"the backup is damaged: its list and its table {name} differ; take another one"
                )


def _refuse_at_work(settings: Settings, engine: Engine, now: dt.datetime) -> None:
    try:
        socket.create_connection((settings.agi_host, settings.agi_port), 2.0).close()
    except OSError:
        pass
    else:
        raise HotlineError("hotline agi is at work: stop Hotline first")
    for process, seen_at in _seen(engine).items():
        if seen_at is not None and now - seen_at < AT_WORK:
            raise HotlineError(
                f"hotline {process} was at work seconds ago: stop Hotline, then try again in 20 seconds"
            )


def _seen(engine: Engine) -> dict[str, dt.datetime | None]:
    """When listener and worker were last at work; of a database that is still to be upgraded nothing is known."""
    if current(engine) != head():
        return {}
    with Session(engine.execution_options(sqlite_readonly=True)) as session:
        return {
            "ami": session.scalar(select(func.max(LedgerPosition.seen_at))),
            "worker": session.scalar(select(func.max(SignOfLife.seen_at))),
        }


def _save(settings: Settings, engine: Engine, now: dt.datetime) -> Path:
    path = settings.folder / f"before-restore-{now:%Y%m%dT%H%M%S.%f}.tar.gz"
    try:
        upgrade(engine)  # one without tables can be saved then too
        with growing(path) as out:
            make(settings, engine, now, out)
    except SQLAlchemyError as error:
        raise HotlineError(
            f"what is there can't be saved ({error}): move the database away yourself"
        ) from None
    return path


def _tables(manifest: Manifest, work: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    for name in manifest.tables:
        with (work / table_file(name)).open("rb") as file:
            yield name, iter(file)


def _put_back(manifest: Manifest, work: Path, places: Places) -> None:
    for name in REPLACED:
        shutil.rmtree(places.path(name), ignore_errors=True)
    for name, entry in manifest.files.items():
        if not name.startswith(f"{DATABASE}/") and name not in manifest.dropped:
            _make_folder(PurePosixPath(name).parent, places, manifest.folders)
            _put(work / name, places.path(name), entry.mode)
    for name, target in manifest.links.items():
        link = places.path(name)
        fresh = link.with_name(f".{link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target)
        fresh.replace(link)


def _make_folder(name: PurePosixPath, places: Places, modes: Mapping[str, int]) -> None:
    """With the rights it had, and the owner of the folder it is in."""
    path = places.path(str(name))
    if path.is_dir():
        return
    if len(name.parts) > 1:
        _make_folder(name.parent, places, modes)
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(modes.get(str(name), FOLDER_MODE))
    _give(path)


def _put(staged: Path, target: Path, mode: int) -> None:
    """A reader sees the former file or this one, and so does a restart after a power cut."""
    fresh = target.with_name(f".{target.name}.new")
    with staged.open("rb") as source, fresh.open("wb") as out:
        shutil.copyfileobj(source, out)
        out.flush()
        os.fsync(out.fileno())
    fresh.chmod(mode)
    _give(fresh)
    fresh.replace(target)


def _give(path: Path) -> None:
    owner = path.parent.stat()
    if os.geteuid() == 0 and (owner.st_uid, owner.st_gid) != (0, 0):
        os.chown(path, owner.st_uid, owner.st_gid)
