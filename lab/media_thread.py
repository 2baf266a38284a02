"""The one thread that sends and hears for all phones of a process.

A thread for each phone would wait for Python's lock at each packet, and so would this one if it gave the lock up:
with a hundred calls up and another thread computing, keys and sound would be late by a second. So packets go
through libc, which is not let go of meanwhile; nothing here blocks but the wait for the next tick.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from functools import cache
from queue import SimpleQueue
from typing import Protocol

from lab.real_time import real_time_thread
from lab.rtp import TICK_SECONDS

WAKINGS, LONGEST = 4096, 2048
"""How much of what wakes the thread is taken at a time; and of a datagram."""

_libc = ctypes.PyDLL(None)
_libc.sendto.argtypes = [
    ctypes.c_int,
    ctypes.c_char_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_char_p,
    ctypes.c_uint,
]
_libc.recv.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_ADDRESS = struct.Struct("=H2s4s8x")


class Talker(Protocol):
    """What the thread serves; all of it is asked in the thread."""

    @property
    def watched(self) -> Mapping[int, Callable[[], None]]:
        """Descriptors, and what to do when one can be read."""

    @property
    def talking(self) -> Collection[int]:
        """Its calls that send."""

    def tick(self) -> None:
        """Send what is due now."""


class MediaThread:
    """Serves talkers until the process ends. Use the one of ``media_thread()``."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._talkers: list[Talker] = []
        self._todo: SimpleQueue[tuple[Callable[[], None], Future[None]]] = SimpleQueue()
        self._wake, self._waker = os.pipe()
        self._selector.register(self._wake, selectors.EVENT_READ, self._do)
        threading.Thread(target=self._run, name="media", daemon=True).start()

    def serve(self, talker: Talker) -> None:
        """From now on."""
        self._in_thread(lambda: self._begin(talker))

    def leave(self, talker: Talker) -> None:
        """From now on it is neither asked nor told; its descriptors may be closed."""
        self._in_thread(lambda: self._end(talker))

    def wake(self) -> None:
        """Somebody has begun to talk."""
        os.write(self._waker, b"t")

    def _in_thread(self, work: Callable[[], None]) -> None:
        done: Future[None] = Future()
        self._todo.put((work, done))
        self.wake()
        done.result()

    def _begin(self, talker: Talker) -> None:
        for descriptor, ready in talker.watched.items():
            self._selector.register(descriptor, selectors.EVENT_READ, ready)
        self._talkers.append(talker)

    def _end(self, talker: Talker) -> None:
        if talker not in self._talkers:
            return
        self._talkers.remove(talker)
        for descriptor in talker.watched:
            self._selector.unregister(descriptor)

    def _do(self) -> None:
        os.read(self._wake, WAKINGS)
        while not self._todo.empty():
            work, done = self._todo.get()
            work()
            done.set_result(None)

    def _run(self) -> None:
        real_time_thread(0)
        due = time.monotonic()
        while True:
            talks = any(talker.talking for talker in self._talkers)
            ready = self._selector.select(max(due - time.monotonic(), 0) if talks else None)
            for key, _ in ready:
                if key.fd in self._selector.get_map():  # nobody has left it by what came before
                    key.data()
            if not talks:
                due = time.monotonic()
            while due <= time.monotonic():
                for talker in self._talkers:
                    talker.tick()
                due += TICK_SECONDS


@cache
def media_thread() -> MediaThread:
    """The process's."""
    return MediaThread()


def address(ip: str, port: int) -> bytes:
    """As the kernel has it, for ``send``."""
    return _ADDRESS.pack(socket.AF_INET, port.to_bytes(2, "big"), socket.inet_aton(ip))


def send(descriptor: int, packet: bytes, to: bytes) -> None:
    """A far end that is gone, or a full buffer, loses the packet as a network would."""
    _libc.sendto(descriptor, packet, len(packet), socket.MSG_DONTWAIT, to, len(to))


_buffer = ctypes.create_string_buffer(LONGEST)
_view = memoryview(_buffer)


def receive(descriptor: int) -> bytes:
    """The next datagram; nothing when there is none. In the media thread only."""
    length = _libc.recv(descriptor, _buffer, LONGEST, socket.MSG_DONTWAIT)
    return bytes(_view[: max(length, 0)])
