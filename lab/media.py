"""The voices and ears of one SIPp process's calls: a socket for each call at a time, a thread for all."""

from __future__ import annotations

import os
import random
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from lab import g711, rtp

TALK, CLOSE, WAKINGS = b"t", b"x", 4096
"""What wakes the thread, and how much of it is taken at a time."""


@dataclass(frozen=True)
class Speech:
    """What a phone sends: a tone (``hz`` None: silence), and keys as (seconds after the answer, digit).

    ``turns``: the keys of each call, where they are not all alike. A phone that does not hear drops what comes.
    """

    law: g711.Law = "alaw"
    hz: int | None = None
    keys: Sequence[tuple[float, str]] = ()
    turns: Sequence[Sequence[tuple[float, str]]] = ()
    hears: bool = True

    def keys_of(self, call: int) -> Sequence[tuple[float, str]]:
        """Of one call, counted from 1."""
        return self.turns[call - 1] if self.turns else self.keys


@dataclass
class Line:
    """One call's media while it lasts, and what was heard afterwards."""

    port: int
    far_end: tuple[str, int]
    voice: rtp.Voice
    ear: rtp.Ear
    muted: bool = False


class Media:
    """Sends and hears for up to ``slots`` calls at once on ``ip``; ``ports`` names their sockets' ports."""

    def __init__(self, ip: str, slots: int, speech: Speech) -> None:
        self._speech = speech
        self._frames = rtp.talk(speech.law, speech.hz)
        self._selector = selectors.DefaultSelector()
        self._lines: dict[int, Line] = {}
        self._talking: set[int] = set()
        self._lock = threading.Lock()
        self._wake, self._waker = os.pipe()
        self._sockets = {sock.getsockname()[1]: sock for sock in (_bound(ip) for _ in range(slots))}
        for port, sock in self._sockets.items() if speech.hears else ():
            self.watch(sock.fileno(), partial(self._hear, port))
        self._thread = threading.Thread(target=self._run, name=f"media {ip}", daemon=True)

    @property
    def ports(self) -> list[int]:
        return list(self._sockets)

    def watch(self, descriptor: int, ready: Callable[[], None]) -> None:
        """Call ``ready`` in the media thread whenever the descriptor can be read. Before ``start`` only."""
        self._selector.register(descriptor, selectors.EVENT_READ, ready)

    def start(self) -> None:
        """Begin to serve the sockets and the watched descriptors."""
        self._thread.start()

    def close(self) -> None:
        """End the thread and give the ports back. What was heard stays."""
        os.write(self._waker, CLOSE)
        self._thread.join()
        self._selector.close()
        for sock in self._sockets.values():
            sock.close()
        os.close(self._wake)
        os.close(self._waker)

    def answered(self, call: int, port: int, far_end: tuple[str, int]) -> None:
        """Begin to talk to ``far_end`` from ``port``."""
        ticks = deque((round(at / rtp.TICK_SECONDS), digit) for at, digit in self._speech.keys_of(call))
        sequence = random.getrandbits(16)  # as real phones do: a recorder may not count on its order
        voice = rtp.Voice(self._speech.law, self._frames, random.getrandbits(32), ticks, sequence)
        with self._lock:
            self._lines[call] = Line(port, far_end, voice, rtp.Ear(self._speech.law, time.monotonic()))
            self._talking.add(call)
        os.write(self._waker, TALK)  # the far end may be waiting for the first word as well

    def ended(self, call: int) -> None:
        """Fall silent and deaf on this call."""
        with self._lock:
            self._talking.discard(call)

    def mute(self, call: int, muted: bool) -> None:
        """Send nothing on this call for a while; it still hears."""
        with self._lock:
            self._lines[call].muted = muted

    def press(self, call: int, digits: str) -> None:
        """Press keys now, five a second."""
        with self._lock:
            self._lines[call].voice.press(digits)

    def ear(self, call: int) -> rtp.Ear:
        """What the call has heard so far. Raises KeyError when it was never answered."""
        with self._lock:
            return self._lines[call].ear

    def _run(self) -> None:
        self._selector.register(self._wake, selectors.EVENT_READ, None)
        due = time.monotonic()
        while True:
            wait = max(due - time.monotonic(), 0) if self._talking else None
            for key, _ in self._selector.select(wait):
                if key.data is not None:
                    key.data()
                elif CLOSE in os.read(self._wake, WAKINGS):
                    return
            if wait is None:
                due = time.monotonic()
            while due <= time.monotonic():
                self._tick()
                due += rtp.TICK_SECONDS

    def _tick(self) -> None:
        with self._lock:
            for line in [self._lines[call] for call in self._talking if not self._lines[call].muted]:
                for packet in line.voice.next():
                    _send(self._sockets[line.port], packet, line.far_end)

    def _hear(self, port: int) -> None:
        now = time.monotonic()
        while data := _receive(self._sockets[port]):
            packet = rtp.parse(data)
            with self._lock:
                line = next(
                    (self._lines[call] for call in self._talking if self._lines[call].port == port), None
                )
                if line and packet:
                    line.ear.take(packet, now - line.ear.since)


def _bound(ip: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind((ip, 0))
    return sock


def _send(sock: socket.socket, packet: bytes, to: tuple[str, int]) -> None:
    """A far end that is gone, or a full buffer, loses the packet as a network would."""
    try:
        sock.sendto(packet, to)
    except OSError:
        return


def _receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(2048)
    except OSError:
        return b""
