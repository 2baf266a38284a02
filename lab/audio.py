"""Tones made, and tones found again: what callers and agents say, and what a recording holds of it.

Sound is 16-bit samples in ``array('h')``, one array per channel. Looking at it goes in windows of 20 ms, long
enough to tell tones 50 Hz apart (one Fourier term, at exactly the asked frequency).
"""

from __future__ import annotations

import math
import sys
import wave
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import mul
from pathlib import Path

RATE = 8000
WINDOW_SECONDS = 0.02
QUIET_DB = -55.0
"""Below this a window is silence; G.711's idle noise lies under -65."""

SHARE = 0.7
"""A tone is present when it holds this share of a window's power; two equal tones hold half each."""


@dataclass(frozen=True)
class Sound:
    """A file's samples: ``channels[0]`` is left."""

    rate: int
    channels: tuple[array[int], ...]

    @property
    def seconds(self) -> float:
        return len(self.channels[0]) / self.rate


@dataclass(frozen=True)
class Window:
    """20 ms of one channel. ``tone`` is the asked frequency that dominates it, if one does."""

    at: float
    level_db: float
    tone: float | None


def tone(hz: float, seconds: float, level_db: float = -12.0, rate: int = RATE) -> array[int]:
    """A sine; ``level_db`` is its peak below full scale."""
    peak = 32767 * 10 ** (level_db / 20)
    step = 2 * math.pi * hz / rate
    return array("h", [round(peak * math.sin(step * n)) for n in range(round(seconds * rate))])


def write_wav(path: Path, sound: Sound) -> None:
    """Write 16-bit PCM; the channels must be of one length."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(len(sound.channels))
        out.setsampwidth(2)
        out.setframerate(sound.rate)
        out.writeframes(_little(_interleave(sound.channels)).tobytes())


def read_wav(path: Path) -> Sound:
    """Read 16-bit PCM. Raises wave.Error or ValueError for anything else."""
    with wave.open(str(path), "rb") as source:
        if source.getsampwidth() != 2:
            raise ValueError(f"{path} holds {8 * source.getsampwidth()}-bit samples, not 16")
        return _sound(source.readframes(source.getnframes()), source.getnchannels(), source.getframerate())


def read_raw(path: Path, channels: int = 1, rate: int = RATE) -> Sound:
    """Read headerless 16-bit samples (Asterisk's .sln; two channels with MixMonitor's option D)."""
    return _sound(path.read_bytes(), channels, rate)


def windows(samples: Sequence[int], tones: Sequence[float], rate: int = RATE) -> Iterator[Window]:
    """Each whole 20 ms of ``samples`` with its level and its dominant tone among ``tones``."""
    size = round(WINDOW_SECONDS * rate)
    for start in range(0, len(samples) - size + 1, size):
        part = samples[start : start + size]
        power = _power(part)
        level = _level_db(power, size)
        yield Window(start / rate, level, _dominant(part, power, tones, rate) if level > QUIET_DB else None)


def span(samples: Sequence[int], hz: float, rate: int = RATE) -> tuple[float, float] | None:
    """Begin of the first and end of the last window with the tone, in seconds; None when it never sounds."""
    found = [window.at for window in windows(samples, [hz], rate) if window.tone == hz]
    return (found[0], found[-1] + WINDOW_SECONDS) if found else None


def seconds_of(samples: Sequence[int], hz: float, rate: int = RATE) -> float:
    """How long the tone sounds altogether."""
    return WINDOW_SECONDS * sum(window.tone == hz for window in windows(samples, [hz], rate))


def level_db(samples: Sequence[int]) -> float:
    """Power against a full-scale sine's, in decibels; -120 for silence or nothing."""
    return _level_db(_power(samples), len(samples))


def share(samples: Sequence[int], hz: float, rate: int = RATE) -> float:
    """The part of the samples' power that lies at ``hz``: about 1 for a pure tone, 0 without it."""
    return _share(samples, _power(samples), hz, rate)


def _power(samples: Sequence[int]) -> int:
    return sum(map(mul, samples, samples))


def _level_db(power: int, size: int) -> float:
    return max(10 * math.log10(power * 2 / size) - 20 * math.log10(32767), -120.0) if power else -120.0


def _share(samples: Sequence[int], power: int, hz: float, rate: int) -> float:
    cosines, sines = _waves(hz, len(samples), rate)
    real, imaginary = sum(map(mul, samples, cosines)), sum(map(mul, samples, sines))
    return 2 * (real**2 + imaginary**2) / (len(samples) * power) if power else 0.0


@cache
def _waves(hz: float, size: int, rate: int) -> tuple[list[float], list[float]]:
    step = 2 * math.pi * hz / rate
    return [math.cos(step * n) for n in range(size)], [math.sin(step * n) for n in range(size)]


def _dominant(part: Sequence[int], power: int, tones: Sequence[float], rate: int) -> float | None:
    shares = {hz: _share(part, power, hz, rate) for hz in tones}
    best = max(shares, key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= SHARE else None


def _sound(data: bytes, channels: int, rate: int) -> Sound:
    samples = _little(array("h", data[: len(data) - len(data) % (2 * channels)]))
    return Sound(rate, tuple(samples[channel::channels] for channel in range(channels)))


def _interleave(channels: Sequence[array[int]]) -> array[int]:
    mixed = array("h", bytes(2 * len(channels) * len(channels[0])))
    for index, channel in enumerate(channels):
        mixed[index :: len(channels)] = channel
    return mixed


def _little(samples: array[int]) -> array[int]:
    """Files hold little-endian words; turns them on a big-endian machine."""
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
