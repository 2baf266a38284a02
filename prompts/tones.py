"""Sounds made by arithmetic: a beep, a silence, and a tune of our own to wait by. No engine is needed.

The tune is a music box: broken chords over a slow turn of four, each note a few decaying partials. It is
composed by the rules below, so nobody else's rights are in it.
"""

from __future__ import annotations

import math
import sys
import wave
from array import array
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

from callcenter.prompt_index import BEEP, SILENCE
from prompts.cache import PromptCache, is_sound

RATE = 8000
STEP = RATE * 3 // 10
"""Samples from note to note: 0.3 s."""
RING = RATE * 3 // 2
PARTIALS = ((1, 0.6), (2, 0.25), (3, 0.1))
PEAK = 9000
"""About -11 dBFS: below a voice, above a line's noise."""
CHORDS = {
    "calm": ((60, 64, 67, 71), (57, 60, 64, 67), (53, 57, 60, 64), (55, 59, 62, 64)),
    "bright": ((62, 66, 69, 74), (59, 62, 66, 71), (55, 59, 62, 66), (57, 61, 64, 69)),
}
"""MIDI note numbers, four chords a tune."""
FIGURES = (
    (0, 1, 2, 3, 2, 1, 2, 1),
    (0, 2, 1, 3, 1, 2, 3, 2),
    (0, 1, 3, 2, 3, 1, 2, 0),
    (3, 2, 1, 0, 1, 2, 1, 2),
)
"""Which note of its chord each step of a bar plays; a tune goes through all four."""


def build_system(store: PromptCache) -> dict[str, Path]:
    """Beep, silence and the tunes for waiting; made once. Name -> file, of the two that calls refer to."""
    sounds = {BEEP: store.folder / "system/beep.wav", SILENCE: store.folder / "system/silence.wav"}
    makers = [(sounds[BEEP], _beep), (sounds[SILENCE], _silence)]
    makers += [(store.folder / f"music/default/{name}-1.wav", partial(_tune, name)) for name in CHORDS]
    for path, samples in makers:
        if not is_sound(path):
            store.publish(path, partial(_render, samples))
    return sounds


def _render(samples: Callable[[], list[int]], path: Path) -> None:
    write_wav(path, samples())


def write_wav(path: Path, samples: Sequence[int]) -> None:
    """Write mono 8 kHz samples, -32768 to 32767."""
    data = array("h", samples)
    if sys.byteorder == "big":
        data.byteswap()
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(data.tobytes())


def _beep() -> list[int]:
    """1000 Hz for 250 ms, its edges rounded so that it does not click."""
    total, edge = RATE // 4, 80
    return [
        round(PEAK * min(1, n / edge, (total - n) / edge) * math.sin(2 * math.pi * 1000 * n / RATE))
        for n in range(total)
    ]


def _silence() -> list[int]:
    return [0] * (RATE // 5)


def _tune(name: str) -> list[int]:
    """Sixteen bars, about 40 s; the last note rings out, so that it loops without a click."""
    notes = [chord[step] for figure in FIGURES for chord in CHORDS[name] for step in figure]
    mix = [0.0] * (len(notes) * STEP + RING)
    for at, note in enumerate(notes):
        start = at * STEP
        ringing = _ringing(note)
        mix[start : start + RING] = map(float.__add__, mix[start : start + RING], ringing)
    loudest = max(map(abs, mix))
    return [round(PEAK * sample / loudest) for sample in mix]


@cache
def _ringing(note: int) -> tuple[float, ...]:
    """One struck note: partials that fade, the higher the faster, and a soft beginning."""
    pitch = 2 * math.pi * 440 * 2 ** ((note - 69) / 12) / RATE
    return tuple(
        min(1, n / 60)
        * sum(loud * math.exp(-4 * k * n / RING) * math.sin(k * pitch * n) for k, loud in PARTIALS)
        for n in range(RING)
    )
