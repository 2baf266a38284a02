"""G.711: A-law and µ-law to and from 16-bit samples (ITU-T G.711, tables 1 and 2)."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from functools import cache
from typing import Literal

Law = Literal["alaw", "ulaw"]
PAYLOAD_TYPE: dict[Law, int] = {"ulaw": 0, "alaw": 8}
SILENCE: dict[Law, bytes] = {"ulaw": b"\xff", "alaw": b"\xd5"}


def encode(samples: Iterable[int], law: Law) -> bytes:
    """8-bit words of 16-bit samples."""
    word = _alaw if law == "alaw" else _ulaw
    return bytes(word(sample) for sample in samples)


def decode(words: bytes, law: Law) -> array[int]:
    """16-bit samples of 8-bit words."""
    halves = bytearray(2 * len(words))
    halves[::2], halves[1::2] = map(words.translate, _tables(law))
    return array("h", bytes(halves))


@cache
def _tables(law: Law) -> tuple[bytes, bytes]:
    """The first and the second byte of each word's sample."""
    sample: Callable[[int], int] = _from_alaw if law == "alaw" else _from_ulaw
    samples = array("h", map(sample, range(256))).tobytes()
    return samples[::2], samples[1::2]


def _ulaw(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    size = min(abs(sample), 32635) + 132
    segment = size.bit_length() - 8
    return ~(sign | segment << 4 | size >> segment + 3 & 0x0F) & 0xFF


def _from_ulaw(word: int) -> int:
    word = ~word & 0xFF
    size = (((word & 0x0F) << 3) + 132 << (word >> 4 & 7)) - 132
    return -size if word & 0x80 else size


def _alaw(sample: int) -> int:
    sign, size = (0x80, sample) if sample >= 0 else (0, ~sample)
    size = min(size, 32767) >> 4
    segment = max(size.bit_length() - 4, 0)
    step = size >> max(segment - 1, 0) & 0x0F
    return (sign | segment << 4 | step) ^ 0x55


def _from_alaw(word: int) -> int:
    word ^= 0x55
    segment, step = word >> 4 & 7, word & 0x0F
    size = (step << 4) + 8 if segment == 0 else (step << 4) + 264 << segment - 1
    return size if word & 0x80 else -size
