"""RTP packets (RFC 3550) of one talking phone, keys as telephone-events (RFC 4733). No sockets here.

SIPp can't do this: its pcap player needs raw sockets (root), its rtp_stream sends from another port with
another SSRC, so that Asterisk's strict RTP drops one of the two; neither spaces keys, neither keeps what it
hears.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import add, ge
from typing import NamedTuple

from lab import g711
from lab.audio import RATE, tone

TICK_SECONDS = 0.02
FRAME = 160
EVENT_TYPE = 101
KEYS = "0123456789*#ABCD"
KEY_TICKS = 5
"""A key is held 100 ms: Asterisk takes no less than 80, and five keys a second leave a gap as long."""

_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")


@dataclass(frozen=True)
class Packet:
    """What arrived: ``payload`` without header, extension and padding."""

    payload_type: int
    sequence: int
    timestamp: int
    payload: bytes


def parse(data: bytes) -> Packet | None:
    """The packet in a datagram; None for anything that is not RTP version 2."""
    if len(data) < _HEADER.size or data[0] >> 6 != 2:
        return None
    first, second, sequence, timestamp, _ = _HEADER.unpack_from(data)
    start = _HEADER.size + 4 * (first & 0x0F)
    if first & 0x10 and len(data) >= start + 4:
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    end = len(data) - (data[-1] if first & 0x20 else 0)
    return Packet(second & 0x7F, sequence, timestamp, data[start:end])


@cache
def talk(law: g711.Law, hz: int | None) -> tuple[bytes, ...]:
    """The payloads that one second goes round in: a tone of whole hertz, or silence."""
    second = g711.encode(tone(hz, 1.0), law) if hz else g711.SILENCE[law] * RATE
    return tuple(second[start : start + FRAME] for start in range(0, RATE, FRAME))


@dataclass
class Voice:
    """The sending side of one call: asked every 20 ms for what is due."""

    law: g711.Law
    frames: Sequence[bytes]
    ssrc: int
    plan: deque[tuple[int, str]] = field(default_factory=deque)
    """Keys to come: the tick each is due at, in order."""
    sequence: int = 0
    """Of the last packet; a real phone begins anywhere."""
    _tick: int = 0
    _key: tuple[int, int] | None = None

    def press(self, digits: Iterable[str], gap_ticks: int = 2 * KEY_TICKS) -> None:
        """Press keys from now on, ``gap_ticks`` from start to start, after those already planned."""
        due = max(self._tick, self.plan[-1][0] + gap_ticks if self.plan else 0)
        for digit in digits:
            self.plan.append((due, digit))
            due += gap_ticks

    def next(self) -> list[bytes]:
        """The packets of this tick: one of sound, or a key's (its last one goes out three times)."""
        if self._key is None and self.plan and self.plan[0][0] <= self._tick:
            self._key = (KEYS.index(self.plan.popleft()[1]), self._tick)
        packets = self._key_packets(*self._key) if self._key else [self._sound()]
        self._tick += 1
        return packets

    def _sound(self) -> bytes:
        return self._packet(
            g711.PAYLOAD_TYPE[self.law],
            self._tick,
            self.frames[self._tick % len(self.frames)],
            self._tick == 0,
        )

    def _key_packets(self, event: int, since: int) -> list[bytes]:
        held = self._tick - since + 1
        last = held == KEY_TICKS
        payload = _EVENT.pack(event, 0x80 | 10 if last else 10, held * FRAME)
        if last:
            self._key = None
        return [self._packet(EVENT_TYPE, since, payload, marker=held == 1) for _ in range(3 if last else 1)]

    def _packet(self, payload_type: int, tick: int, payload: bytes, marker: bool) -> bytes:
        self.sequence = (self.sequence + 1) & 0xFFFF
        second = payload_type | (0x80 if marker else 0)
        return _HEADER.pack(0x80, second, self.sequence, tick * FRAME & 0xFFFFFFFF, self.ssrc) + payload


class Length(NamedTuple):
    """How much an ear has heard, of each kind."""

    sound: int = 0
    seamless: int = 0
    keys: int = 0
    arrivals: int = 0


PART = Length(sound=32_000, seamless=32_000, keys=1000, arrivals=400)
"""As much as is handed on at a time: a process that sends in real time stops for no more."""


@dataclass
class Ear:
    """The hearing side of one call: sound by the time it arrived, keys by their events."""

    law: g711.Law
    since: float = 0.0
    """The monotonic clock at the answer."""
    sound: bytearray = field(default_factory=bytearray)
    seamless: bytearray = field(default_factory=bytearray)
    """The same without the holes before packets that were late."""
    keys: list[str] = field(default_factory=list)
    arrivals: list[tuple[int, float]] = field(default_factory=list)
    """Of each packet of sound: where it begins in ``sound``, and the seconds after the answer at which it came."""
    _last_event: int | None = None

    @property
    def length(self) -> Length:
        return Length(len(self.sound), len(self.seamless), len(self.keys), len(self.arrivals))

    def after(self, known: Length) -> Ear:
        """What was heard beyond ``known``, of each kind no more than a part."""
        to = Length(*map(add, known, PART))
        return Ear(
            self.law,
            self.since,
            self.sound[known.sound : to.sound],
            self.seamless[known.seamless : to.seamless],
            self.keys[known.keys : to.keys],
            self.arrivals[known.arrivals : to.arrivals],
        )

    def append(self, more: Ear) -> bool:
        """What was heard next. Returns whether that was a whole part, so that there may be more."""
        self.sound += more.sound
        self.seamless += more.seamless
        self.keys += more.keys
        self.arrivals += more.arrivals
        return any(map(ge, more.length, PART))

    def take(self, packet: Packet, seconds: float) -> None:
        """Keep a packet that came ``seconds`` after the answer."""
        if packet.payload_type == EVENT_TYPE:
            self._take_key(packet)
        elif packet.payload_type == g711.PAYLOAD_TYPE[self.law]:
            self._take_sound(packet.payload, seconds)

    def _take_key(self, packet: Packet) -> None:
        """All packets of one key carry the timestamp of its beginning."""
        if packet.timestamp != self._last_event and packet.payload and packet.payload[0] < len(KEYS):
            self._last_event = packet.timestamp
            self.keys.append(KEYS[packet.payload[0]])

    def _take_sound(self, payload: bytes, seconds: float) -> None:
        """No seam while packets keep time within 60 ms; a longer hole is filled with silence."""
        hole = round(seconds * RATE) - len(self.sound)
        if hole > 3 * FRAME:
            self.sound += g711.SILENCE[self.law] * hole
        self.arrivals.append((len(self.sound), seconds))
        self.sound += payload
        self.seamless += payload
