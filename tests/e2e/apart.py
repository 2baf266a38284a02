"""More houses beside the first: the same ports and addresses, each on a loopback network of its own.

Cases that need a house to themselves are played there one after the other, while others go on in the first.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import socket
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from lab.home import temporary_home
from tests.e2e.house import House

T = TypeVar("T")
CLONE_NEWNET = 0x40000000  # linux/sched.h
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1  # linux/sockios.h, linux/if.h
IFREQ = "16sh14x"


def leave_the_network() -> None:
    """Give this thread, and what it starts from now on, an empty network. OSError when it may not."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        asked = fcntl.ioctl(line, SIOCGIFFLAGS, struct.pack(IFREQ, b"lo", 0))
        name, flags = struct.unpack(IFREQ, asked)
        fcntl.ioctl(line, SIOCSIFFLAGS, struct.pack(IFREQ, name, flags | IFF_UP))


class HouseApart:
    """What is asked of it is done in its own thread, in order. The sounds are those that ``first`` has made."""

    def __init__(self, thread: ThreadPoolExecutor, first: House) -> None:
        self._thread = thread
        self._stack = ExitStack()
        self._home = self._stack.enter_context(temporary_home())
        made = first.app.settings.prompts
        own = self._home / made.relative_to(first.home)
        shutil.copytree(made, own, copy_function=os.link, symlinks=True)
        self._house: Future[House] = thread.submit(self._open)

    def submit(self, what: Callable[[House], T]) -> Future[T]:
        """Do this with the house."""
        return self._thread.submit(lambda: what(self._house.result()))

    def close(self) -> None:
        """When all is done, end everything in it."""
        self._thread.submit(self._stack.close).result()

    def _open(self) -> House:
        leave_the_network()
        house = House(self._home, commands_at_once=1)
        self._stack.callback(house.down)
        house.up()
        return house


def may_be_apart() -> bool:
    """Whether this process may have a network of its own: for root, unless it is held in a container."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(leave_the_network).exception() is None


@contextmanager
def house_apart(first: House) -> Iterator[HouseApart]:
    """One, open until it is left."""
    with ThreadPoolExecutor(1) as thread:
        house = HouseApart(thread, first)
        try:
            yield house
        finally:
            house.close()
