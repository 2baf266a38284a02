"""Files that survive a power loss, and that only Asterisk's account and its owner may read."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callcenter.durable import sync
from callcenter.errors import HotlineError

FILE_MODE, FOLDER_MODE = 0o640, 0o750
"""Rendered files hold the passwords of seats and trunks."""
SHARED = stat.S_ISGID | stat.S_IWGRP
"""A folder whose group may write in it, and gets what is made there."""


def write(path: Path, text: str) -> None:
    """Write a file and wait until the disk has it. Folders on the way are made."""
    if not path.parent.is_dir():
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with os.fdopen(fd, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def put(path: Path, text: str) -> None:
    """Replace a file at once: a reader, and a restart after a power loss, sees the old or the new one."""
    fresh = path.with_name(f".{path.name}.new")
    write(fresh, text)
    give(fresh, like=path.parent)
    fresh.replace(path)
    sync(path.parent)


def give(path: Path, like: Path) -> None:
    """Give a file, or a folder and all below it, to the account of ``like``; nobody else may read it.

    Only root can give away; others give it to the group of ``like``, which must be one of theirs, so that Asterisk
    reads it by its group. Folders are shared with that group where ``like`` is.
    """
    theirs = like.stat()
    owner = theirs.st_uid if os.geteuid() == 0 else -1
    folder_mode = FOLDER_MODE | theirs.st_mode & SHARED
    for each in (path, *path.rglob("*")):
        mine = each.stat()
        if (mine.st_uid, mine.st_gid) != (theirs.st_uid, theirs.st_gid):
            os.chown(each, owner, theirs.st_gid)
        each.chmod(folder_mode if each.is_dir() else FILE_MODE)


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold a lock while the block runs; a killed holder gives it back. Raises HotlineError when it is held."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise HotlineError(f"another apply is at work, process {file.read()}: wait for its end") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
