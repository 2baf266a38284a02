"""Checks of what lies on disk: room, rights, and work that was left undone."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from pathlib import Path

from sqlalchemy.engine import make_url

from doctor.findings import Finding, Look, few, ok, warning, wrong

GIB = 2**30
LOW, FULL = 5 * GIB, GIB
"""Bytes free. A gibibyte is some nine hours of recording one call."""
BACKLOG_SECONDS = 30.0
COPIED_WITHIN = dt.timedelta(hours=1)
RECENT = dt.timedelta(days=1)
"""Facts are stored within a second; this old they wait for something."""


def disk(look: Look) -> Finding:
    """There is room for calls: database, journal, recordings and ledger."""
    disks = {_existing(folder).stat().st_dev: folder for folder in reversed(_folders(look))}
    free = {folder: shutil.disk_usage(_existing(folder)).free for folder in disks.values()}
    tightest = min(free, key=lambda folder: free[folder])
    text = f"{free[tightest] / GIB:.1f} GiB free in {tightest}"
    mend = f"free space, or move {tightest} to a larger disk"
    if free[tightest] < FULL:
        return wrong(text, mend)
    return warning(text, mend) if free[tightest] < LOW else ok(text)


def _folders(look: Look) -> list[Path]:
    url = make_url(look.settings.url)
    database = [Path(url.database).parent] if url.get_backend_name() == "sqlite" and url.database else []
    return [*database, look.settings.journal, look.settings.spool, look.settings.log]


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


def secrets(look: Look) -> Finding:
    """Only the owner reads the secrets."""
    path = look.settings.folder / "secrets.json"
    if not path.exists():
        return ok("there are no secrets yet")
    rights = path.stat().st_mode & 0o777
    if rights & 0o077:
        return wrong(f"others may read {path} (mode {rights:o})", f"chmod 600 {path}")
    return ok("only their owner can read the secrets")


def prompts(look: Look) -> Finding:
    """Every sound is there, in every language."""
    missing = look.missing_prompts
    if missing:
        return wrong(f"{len(missing)} sounds are missing: {few(missing)}", "run hotline prompts build")
    return ok(f"every sound is there in {', '.join(look.site.languages)}")


def ledger(look: Look) -> Finding:
    """Asterisk can write its ledger: it makes no folder for it, and says nothing."""
    folder = look.settings.log / "cel-custom"
    if folder.is_dir():
        return ok("Asterisk has a folder for its ledger")
    return wrong(
        f"Asterisk writes no ledger: there is no {folder}", f"install -d -o asterisk -g asterisk {folder}"
    )


def journal(look: Look) -> Finding:
    """Facts reach the database."""
    waiting = [path for path in look.settings.journal.glob("*.jsonl") if _waits(path)]
    if waiting:
        return warning(
            f"{len(waiting)} journal files wait for the database",
            "start hotline agi, which stores them; its log says what the database refuses",
        )
    return ok("no fact waits for the database")


def _waits(path: Path) -> bool:
    found = path.stat()
    return found.st_size > 0 and time.time() - found.st_mtime > BACKLOG_SECONDS


def recordings(look: Look) -> Finding:
    """No recording was left half made."""
    parts = look.app.unfinished_recordings()
    if parts:
        names = few([part.name for part in parts])
        return warning(
            f"{len(parts)} unfinished recordings: {names}", "run hotline recordings audit --repair"
        )
    lost = look.app.lost_recordings(RECENT)
    if lost:
        return warning(
            f"{lost} talks of the last day have no sound", "see hotline recordings list; its reason says why"
        )
    return ok("no recording is unfinished or missing")


def copies(look: Look) -> Finding:
    """Recordings reach the object store, where there is one."""
    if look.settings.recordings_store is None:
        return ok("recordings stay on this machine")
    late = look.app.uncopied_recordings(COPIED_WITHIN)
    if late:
        return warning(
            f"{late} recordings of more than an hour ago have no copy in {look.settings.recordings_store}",
            "see recording.store_away and recording.not_copied in the log of hotline worker",
        )
    return ok(f"recordings are copied to {look.settings.recordings_store}")


def encoders(look: Look) -> Finding:
    """The programs are there that make recordings what the site wants them to be."""
    wanted = look.app.missing_encoders()
    if wanted:
        return wrong(
            f"recordings stay wav: {few(sorted(wanted))} is missing",
            f"install the packages: apt-get install {' '.join(sorted(set(wanted.values())))}",
        )
    return ok("recordings can be converted as the site wants")
