"""The process that sends and hears for all phones of another: ``python -m lab.media_process DESCRIPTOR``.

Sound goes out every 20 ms or is no sound. In a process that does anything else it would wait for Python's lock,
whose holder may be without a processor, or be starting a program, for a second on a busy machine. So it has one of
its own, which goes before what has time, opens nothing and waits for nothing but the next tick. It ends with the
process it serves; a talker's fault is told and ends that talker alone.
"""

from __future__ import annotations

import os
import resource
import selectors
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection

from lab.real_time import real_time_thread
from lab.rtp import TICK_SECONDS
from lab.sipp_events import Reader
from lab.speech import Speech
from lab.talker import Talker

AT_A_TIME = 250
"""Descriptors in one message: the kernel takes 253."""
EVENTS = 500
"""As many events are handed on at a time."""
COUNT = struct.Struct("=I")
"""How many descriptors follow."""


@dataclass(frozen=True)
class Opening:
    """What a talker's user sends first, on a line of the talker's own."""

    speech: Speech
    hears: bool
    follows: bool
    """A SIPp's events tell it when to talk: the pipe they come by, and a bell to ring then, come before the sockets."""


class Follower:
    """Tells a talker what its SIPp tells, and rings ``bell`` for who may be waiting for that."""

    def __init__(self, talker: Talker, pipe: int, bell: int) -> None:
        self.pipe, self._bell, self._talker = pipe, bell, talker
        self._reader = Reader(pipe)

    def follow(self) -> None:
        self._talker.tell(self._reader.read())
        os.eventfd_write(self._bell, 1)

    def close(self) -> None:
        os.close(self.pipe)
        os.close(self._bell)


class Served:
    """A talker, and its user's questions on ``line``."""

    def __init__(self, opening: Opening, line: Connection, descriptors: Sequence[int]) -> None:
        self.line = line
        events, numbers = (descriptors[:2], descriptors[2:]) if opening.follows else ((), descriptors)
        self._sockets = [socket.socket(fileno=number) for number in numbers]
        self.talker = Talker(opening.speech, self._sockets)
        self._followers = [Follower(self.talker, *events)] if events else []
        self.watched: dict[int, Callable[[], None]] = {each.pipe: each.follow for each in self._followers}
        if opening.hears:
            for sock in self._sockets:
                self.watched[sock.fileno()] = partial(self.talker.hear, sock.getsockname()[1])
        self._asked: dict[str, Callable[..., object]] = {
            "close": self._end,
            "answered": self.talker.answered,
            "ended": self.talker.ended,
            "mute": self.talker.mute,
            "press": self.talker.press,
            "calls": self.talker.calls,
            "heard": self.talker.heard,
            "news": partial(self.talker.news, EVENTS),
        }

    def answer(self, what: str, *about: object) -> object:
        """Of a call that was never answered: its KeyError."""
        try:
            return self._asked[what](*about)
        except KeyError as error:
            return error

    def _end(self) -> None:
        for follower in self._followers:
            follower.follow()
        self.close()

    def close(self) -> None:
        """Give the ports back. What was heard can still be asked for."""
        for follower in self._followers:
            follower.close()
        for sock in self._sockets:
            sock.close()
        self._followers, self._sockets = [], []


class MediaLoop:
    """Serves talkers until the process at the other end of ``users`` is gone."""

    def __init__(self, users: socket.socket) -> None:
        self._users = users
        self._selector = selectors.DefaultSelector()
        self._selector.register(users, selectors.EVENT_READ, self._open)
        self._served: list[Served] = []
        self._ends = False

    def run(self) -> None:
        due = time.monotonic()
        while not self._ends:
            talks = any(served.talker.talking for served in self._served)
            ready = self._selector.select(max(due - time.monotonic(), 0) if talks else None)
            for key, _ in ready:
                if self._selector.get_map().get(key.fd) is key:  # not left, nor used anew, meanwhile
                    key.data()
            if not talks:
                due = time.monotonic()
            while due <= time.monotonic():
                for served in list(self._served):
                    self._alone(served, served.talker.tick)
                due += TICK_SECONDS

    def _open(self) -> None:
        """One more talker: its line and how many descriptors follow, then these."""
        count, lines, *_ = socket.recv_fds(self._users, COUNT.size, 1)
        if not count:
            self._ends = True
            return
        descriptors: list[int] = []
        while len(descriptors) < COUNT.unpack(count)[0]:
            descriptors += socket.recv_fds(self._users, COUNT.size, AT_A_TIME)[1]
        line = Connection(lines[0])
        served = Served(line.recv(), line, descriptors)
        for descriptor, ready in served.watched.items():
            self._selector.register(descriptor, selectors.EVENT_READ, partial(self._alone, served, ready))
        answers = partial(self._alone, served, partial(self._answer, served))
        self._selector.register(line, selectors.EVENT_READ, answers)
        self._served.append(served)

    def _alone(self, served: Served, act: Callable[[], None]) -> None:
        """Let a fault in this cost nobody but its own talker."""
        try:
            act()
        except Exception:  # whatever it is, other talkers' calls are up
            traceback.print_exc()
            self._hang_up(served)

    def _answer(self, served: Served) -> None:
        try:
            what, *about = served.line.recv()
            if what == "close":
                self._leave(served)
            served.line.send(served.answer(what, *about))
        except (EOFError, OSError):
            self._hang_up(served)

    def _leave(self, served: Served) -> None:
        """Neither hear nor follow nor talk any more."""
        for descriptor in served.watched:
            self._selector.unregister(descriptor)
        served.watched = {}
        if served in self._served:
            self._served.remove(served)

    def _hang_up(self, served: Served) -> None:
        self._leave(served)
        served.close()
        self._selector.unregister(served.line)
        served.line.close()


def main(descriptor: int) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    real_time_thread(0)
    with socket.socket(fileno=descriptor) as users:
        MediaLoop(users).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
