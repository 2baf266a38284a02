"""Raw stereo from MixMonitor to a checked wav: swapped, headed, synced, renamed.

MixMonitor's ``D`` option on the agent's channel writes interleaved 16-bit 8 kHz samples, agent
left and caller right; a finished recording has the caller left. A ``.sln`` has no header that a
crash could leave wrong: whatever reached the disk can be played.
"""

from __future__ import annotations

import array
import hashlib
import os
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from callcenter.durable import sync

RATE = 8000
FRAME_BYTES = 4
Pieces = Sequence[tuple[int, int]]
"""Of a recording, each as begin and end in milliseconds."""
CHUNK_FRAMES = 64 * 1024


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A finished file. ``duration_ms`` is read from its own length."""

    path: Path
    duration_ms: int
    size: int
    sha256: str


def frames(part: Path) -> int:
    """Whole frames of a raw stereo part, 0 when there is no such file; a torn last frame doesn't count."""
    try:
        return part.stat().st_size // FRAME_BYTES
    except FileNotFoundError:
        return 0


def finish(part: Path, target: Path, mixed: bool = False, without: Pieces = ()) -> SoundFile:
    """Make ``target`` of ``part``: it appears whole or not at all. Raises OSError; the part stays.

    ``mixed``: both sides in one channel. ``without``: pieces that are left out.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    growing = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        with growing.open("wb") as out:
            _write_wav(part, out, mixed, without)
            out.flush()
            os.fsync(out.fileno())
        growing.replace(target)
        sync(target.parent)
    finally:
        growing.unlink(missing_ok=True)
    return probe(target)


def probe(path: Path) -> SoundFile:
    """Open a finished file as a player would. OSError, EOFError or wave.Error: it can't be played."""
    with wave.open(str(path), "rb") as sound:
        frames, rate = sound.getnframes(), sound.getframerate()
        frame_bytes = sound.getnchannels() * sound.getsampwidth()
    if frames * frame_bytes > path.stat().st_size:
        raise EOFError(f"{path.name} says {frames} frames, more than it holds")
    return SoundFile(path, frames * 1000 // rate, path.stat().st_size, digest(path))


def digest(path: Path) -> str:
    """The file's sha256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_wav(part: Path, out: object, mixed: bool, without: Pieces) -> None:
    turn = mix_sides if mixed else swap_sides
    with part.open("rb") as raw, wave.open(out, "wb") as sound:  # type: ignore[call-overload]
        sound.setnchannels(1 if mixed else 2)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        for start, end in _kept(frames(part), without):
            raw.seek(start * FRAME_BYTES)
            for first in range(start, end, CHUNK_FRAMES):
                sound.writeframesraw(turn(raw.read((min(first + CHUNK_FRAMES, end) - first) * FRAME_BYTES)))


def _kept(whole: int, without: Pieces) -> Iterator[tuple[int, int]]:
    """What is left of so many frames, each piece from one frame up to another."""
    start = 0
    for left_out, end_ms in sorted(without):
        yield start, min(left_out * RATE // 1000, whole)
        start = max(start, end_ms * RATE // 1000)
    yield start, whole


def swap_sides(frames: bytes) -> bytes:
    """Left to right and right to left, in whole frames."""
    samples = array.array("h", frames)
    samples[0::2], samples[1::2] = samples[1::2], samples[0::2]
    return samples.tobytes()


def mix_sides(frames: bytes) -> bytes:
    """Both sides in one, in whole frames; what is too loud together is cut at full scale."""
    samples = array.array("h", frames)
    both = zip(samples[0::2], samples[1::2], strict=True)
    return array.array("h", [max(-32768, min(32767, one + other)) for one, other in both]).tobytes()
