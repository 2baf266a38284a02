"""A finished wav becomes mp3, opus or wav49 (GSM), beside calls: niced, one at a time, never at the sound's risk.

The new file is written under another name, decoded whole and counted, and synced; under the row's lock it is renamed
and the row points to it, and only then the wav goes. Whatever is killed in between, the row names a file that is
there; of two workers at one recording, one converts it.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.durable import sync
from recordings import sound
from recordings.catalogue import OLDEST_FIRST, PLAYABLE
from schema.calls import Recording

log = structlog.get_logger()
SUFFIXES = {"mp3": ".mp3", "opus": ".opus", "wav49": ".gsm.wav"}
TOOLS = {"mp3": ("sox",), "wav49": ("sox",), "opus": ("opusenc", "opusdec")}
PACKAGES = {"sox": "sox libsox-fmt-mp3", "opusenc": "opus-tools", "opusdec": "opus-tools"}
TOLERANCE_MS = 500
"""Encoders pad: a decoded file may differ from the wav by this much."""
MOST_TRIES = 3
FRAME_BYTES = 2


class ConversionFailed(Exception):
    """This file could not be made; the wav stays."""


def missing_tools(formats: set[str]) -> set[str]:
    """Programs that these formats need and this machine has not."""
    needed = {tool for name in formats for tool in TOOLS.get(name, ())}
    return {tool for tool in needed if shutil.which(tool) is None}


class Converter:
    """Converts what rows say is to be converted. All methods block."""

    def __init__(self, folder: Path, session: Callable[[], Session], reading: Callable[[], Session]) -> None:
        self._folder = folder
        self._session = session
        self._reading = reading
        self._tries: dict[int, int] = {}
        self._lacking: set[str] = set()
        """Programs that are missing, and of which an alarm was raised."""

    def convert_next(self) -> bool:
        """Convert the oldest that waits; False when none does. Raises what the database raises, and OSError."""
        given_up = [number for number, tries in self._tries.items() if tries >= MOST_TRIES]
        wanted = select(Recording).where(
            Recording.wanted_format.is_not(None), Recording.state.in_(PLAYABLE), Recording.id.not_in(given_up)
        )
        with self._reading() as session:
            row = session.scalar(wanted.order_by(*OLDEST_FIRST).limit(1))
        if row is None or self._lacks({str(row.wanted_format)}):
            return False
        self._tries[row.id] = self._tries.get(row.id, 0) + 1
        try:
            self._convert(row)
        except (ConversionFailed, OSError, subprocess.SubprocessError) as error:
            log.warning(
                "recording.not_converted", recording=row.id, format=row.wanted_format, reason=str(error)
            )
        else:
            self._tries.pop(row.id)
        return True

    def _lacks(self, formats: set[str]) -> bool:
        """Whether a program is missing; the alarm is raised once, until it is there."""
        lacking = missing_tools(formats)
        if lacking - self._lacking:
            packages = " ".join(sorted({PACKAGES[tool] for tool in lacking}))
            log.error("recording.encoder_missing", programs=sorted(lacking), mend=f"apt install {packages}")
        self._lacking = lacking
        return bool(lacking)

    def sweep(self, rows: int = 1000) -> int:
        """Remove the wavs that a killed process left beside the converted file; of the newest rows."""
        kept = select(Recording).where(Recording.path.is_not(None))
        with self._reading() as session:
            found = list(session.scalars(kept.order_by(Recording.started_at.desc()).limit(rows)))
        gone = 0
        for row in found:
            path = self._folder / str(row.path)
            wav = _wav_of(path)
            if wav is not None and wav.exists() and path.exists() and sound.digest(path) == row.sha256:
                wav.unlink(missing_ok=True)
                gone += 1
        return gone

    def _convert(self, row: Recording) -> None:
        source, wanted = self._folder / str(row.path), str(row.wanted_format)
        if sound.digest(source) != row.sha256:
            raise ConversionFailed(f"{row.path} is not the file that was recorded")
        target = source.with_suffix(SUFFIXES[wanted])
        growing = target.with_name(f"{target.name}.{secrets.token_hex(4)}.new")
        try:
            seconds = (row.duration_ms or 0) / 1000
            _run(encoding(wanted, source, growing), seconds)
            _check(wanted, growing, row.duration_ms or 0)
            sync(growing)
            size, digest = growing.stat().st_size, sound.digest(growing)
            self._put_in_place(row, growing, target, size, digest)
        finally:
            growing.unlink(missing_ok=True)
        source.unlink(missing_ok=True)
        log.info("recording.converted", recording=row.id, format=wanted, bytes=size)

    def _put_in_place(self, row: Recording, growing: Path, target: Path, size: int, digest: str) -> None:
        """Unless it was deleted meanwhile, or another worker converted it: the row is locked first.

        The file goes before the row is written for good: what a power cut leaves is a row that names the wav.
        """
        with self._session() as session, session.begin():
            mine = session.get(Recording, row.id, with_for_update=True)
            if mine is None or mine.path != row.path:
                raise ConversionFailed("it was deleted or converted meanwhile")
            growing.replace(target)
            sync(target.parent)
            mine.path, mine.wanted_format = str(target.relative_to(self._folder)), None
            mine.bytes, mine.sha256 = size, digest


def encoding(wanted: str, source: Path, target: Path) -> list[str]:
    """The command that makes ``target``."""
    if wanted == "opus":
        return ["opusenc", "--quiet", "--bitrate", "24", str(source), str(target)]
    kind = ["-C", "32", "-t", "mp3"] if wanted == "mp3" else ["-t", "wav", "-e", "gsm-full-rate"]
    return ["sox", "-V1", str(source), *kind, str(target)]


def _check(wanted: str, path: Path, duration_ms: int) -> None:
    """Decode it whole and count."""
    if wanted == "opus":
        command = ["opusdec", "--quiet", "--rate", "8000", "--force-stereo", str(path), "-"]
        frame = 2 * FRAME_BYTES
    else:
        kind = "mp3" if wanted == "mp3" else "wav"
        command = ["sox", "-V1", "-t", kind, str(path), "-t", "s16", "-r", "8000", "-c", "1", "-"]
        frame = FRAME_BYTES
    count = len(_run(command, duration_ms / 1000)) // frame
    found_ms = count * 1000 // sound.RATE
    if abs(found_ms - duration_ms) > TOLERANCE_MS:
        raise ConversionFailed(f"the {wanted} lasts {found_ms} ms, the wav {duration_ms} ms")


def _run(command: list[str], seconds: float) -> bytes:
    """What it wrote to its standard output; at the lowest priority, and never for ever."""
    done = subprocess.run(
        ["nice", "-n", "19", *command],
        capture_output=True,
        check=False,
        timeout=60 + seconds,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise ConversionFailed(f"{command[0]}: {words[-1] if words else done.returncode}")
    return done.stdout


def _wav_of(path: Path) -> Path | None:
    """The wav that a converted file was made of."""
    for suffix in SUFFIXES.values():
        if path.name.endswith(suffix):
            return path.with_name(path.name.removesuffix(suffix) + ".wav")
    return None
