"""The voices and ears of one SIPp process's or softphone's calls: a socket for each call at a time."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from lab import g711, rtp
from lab.media_thread import address, media_thread, receive, send

LITTLE = 1
"""What may wait at a socket nobody hears at: the least that the kernel grants."""
Pressed = Sequence[tuple[float, str]]
"""Keys: seconds after the answer, digit."""


@dataclass(frozen=True)
class Speech:
    """What a phone sends: a tone (``hz`` None: silence), and keys; ``keys_of`` its first call, its second …"""

    law: g711.Law = "alaw"
    hz: int | None = None
    keys: Pressed = ()
    keys_of: Sequence[Pressed] = ()

    def pressed(self, call: int) -> Pressed:
        """The keys of a call, numbered from 1."""
        return self.keys_of[call - 1] if self.keys_of else self.keys


@dataclass
class Line:
    """One call's media while it lasts, and what was heard afterwards."""

    port: int
    far_end: bytes
    voice: rtp.Voice
    ear: rtp.Ear
    muted: bool = False


class Media:
    """Sends and hears for up to ``slots`` calls at once on ``ip``; ``ports`` names their sockets' ports.

    With ``hears`` False nothing is taken in: the kernel throws away what comes.
    """

    def __init__(self, ip: str, slots: int, speech: Speech, *, hears: bool = True) -> None:
        self._speech = speech
        self._frames = rtp.talk(speech.law, speech.hz)
        self._lines: dict[int, Line] = {}
        self._talking: set[int] = set()
        self._lock = threading.Lock()
        self._thread = media_thread()
        self._watched: dict[int, Callable[[], None]] = {}
        self._sockets = {sock.getsockname()[1]: sock for sock in (_bound(ip) for _ in range(slots))}
        for port, sock in self._sockets.items():
            if hears:
                self.watch(sock.fileno(), partial(self._hear, port))
            else:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)

    @property
    def ports(self) -> list[int]:
        return list(self._sockets)

    @property
    def watched(self) -> Mapping[int, Callable[[], None]]:
        return self._watched

    @property
    def talking(self) -> Collection[int]:
        return self._talking

    def watch(self, descriptor: int, ready: Callable[[], None]) -> None:
        """Call ``ready`` in the media thread whenever the descriptor can be read. Before ``start`` only."""
        self._watched[descriptor] = ready

    def start(self) -> None:
        """Begin to serve the sockets and the watched descriptors."""
        self._thread.serve(self)

    def close(self) -> None:
        """Give the ports back. What was heard stays."""
        self._thread.leave(self)
        for sock in self._sockets.values():
            sock.close()

    def answered(self, call: int, port: int, far_end: tuple[str, int]) -> None:
        """Begin to talk to ``far_end`` from ``port``."""
        ticks = deque((round(at / rtp.TICK_SECONDS), digit) for at, digit in self._speech.pressed(call))
        sequence = random.getrandbits(16)  # as real phones do: a recorder may not count on its order
        voice = rtp.Voice(self._speech.law, self._frames, random.getrandbits(32), ticks, sequence)
        line = Line(port, address(*far_end), voice, rtp.Ear(self._speech.law, time.monotonic()))
        with self._lock:
            self._lines[call] = line
            self._talking.add(call)
        self._thread.wake()  # the far end may be waiting for the first word as well

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

    def tick(self) -> None:
        """Send what is due."""
        with self._lock:
            for line in [self._lines[call] for call in self._talking if not self._lines[call].muted]:
                descriptor = self._sockets[line.port].fileno()
                for packet in line.voice.next():
                    send(descriptor, packet, line.far_end)

    def _hear(self, port: int) -> None:
        now = time.monotonic()
        descriptor = self._sockets[port].fileno()
        while data := receive(descriptor):
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
