"""The voices and ears of one SIPp process's or softphone's calls, in the media process: a socket for each at a time."""

from __future__ import annotations

import random
import socket
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from lab import rtp
from lab.sipp_events import Event
from lab.speech import Speech

LONGEST = 2048
"""How much of a datagram is taken."""


@dataclass
class Line:
    """One call's media while it lasts, and what was heard afterwards."""

    port: int
    far_end: tuple[str, int]
    voice: rtp.Voice
    ear: rtp.Ear
    muted: bool = False


class Talker:
    """Sends and hears at ``sockets``, one for each call that is up."""

    def __init__(self, speech: Speech, sockets: Iterable[socket.socket]) -> None:
        self._speech = speech
        self._frames = rtp.talk(speech.law, speech.hz)
        self._lines: dict[int, Line] = {}
        self._sockets = {sock.getsockname()[1]: sock for sock in sockets}
        self.talking: set[int] = set()
        self.told: list[Event] = []
        """Events of its SIPp that nobody has asked for yet."""

    def tell(self, events: Iterable[Event]) -> None:
        """Let the sound follow the signalling."""
        for event in events:
            if event.kind == "answered":
                port, ip, far_port, *_ = event.details.split()
                self.answered(event.call, int(port), (ip, int(far_port)))
            elif event.kind == "ended":
                self.ended(event.call)
            self.told.append(event)

    def news(self, most: int) -> list[Event]:
        """The first events that nobody has asked for yet, ``most`` at a time."""
        news, self.told = self.told[:most], self.told[most:]
        return news

    def answered(self, call: int, port: int, far_end: tuple[str, int]) -> None:
        """Begin to talk to ``far_end`` from ``port``."""
        ticks = deque((round(at / rtp.TICK_SECONDS), digit) for at, digit in self._speech.pressed(call))
        sequence = random.getrandbits(16)  # as real phones do: a recorder may not count on its order
        voice = rtp.Voice(self._speech.law, self._frames, random.getrandbits(32), ticks, sequence)
        self._lines[call] = Line(port, far_end, voice, rtp.Ear(self._speech.law, time.monotonic()))
        self.talking.add(call)

    def ended(self, call: int) -> None:
        """Fall silent and deaf on this call."""
        self.talking.discard(call)

    def mute(self, call: int, muted: bool) -> None:
        """Send nothing on this call for a while; it still hears."""
        self._lines[call].muted = muted

    def press(self, call: int, digits: str) -> None:
        """Press keys now, five a second."""
        self._lines[call].voice.press(digits)

    def calls(self) -> list[int]:
        """All that were answered."""
        return list(self._lines)

    def heard(self, call: int, known: rtp.Length) -> rtp.Ear:
        """What the call has heard beyond what is known, or the first part of it."""
        return self._lines[call].ear.after(known)

    def tick(self) -> None:
        """Send what is due. A far end that is gone, or a full buffer, loses the packet as a network would."""
        for line in [self._lines[call] for call in self.talking if not self._lines[call].muted]:
            for packet in line.voice.next():
                with suppress(OSError):
                    self._sockets[line.port].sendto(packet, line.far_end)

    def hear(self, port: int) -> None:
        """Take in what has come to one of the sockets."""
        now = time.monotonic()
        line = next((self._lines[call] for call in self.talking if self._lines[call].port == port), None)
        with suppress(OSError):  # nothing more there, or the far end is gone
            while True:
                packet = rtp.parse(self._sockets[port].recv(LONGEST))
                if line and packet:
                    line.ear.take(packet, now - line.ear.since)
