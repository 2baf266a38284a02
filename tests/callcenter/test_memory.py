"""One place for the memory of all threads, asked of the C library itself."""

from __future__ import annotations

import re
import subprocess
import sys

PROGRAM = """
import ctypes, threading
from callcenter.memory import one_arena
{first}
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(8)
def take():
    libc.malloc(4000)
    together.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc.malloc_stats()
"""


def arenas(first: str) -> int:
    """How many the C library tells of after eight threads have taken memory."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(first=first)], capture_output=True, text=True, check=True
    )
    return len(re.findall(r"^Arena \d+:", done.stderr, re.M))


def test_threads_share_one_place() -> None:
    assert arenas("one_arena()") == 1
    assert arenas("") > 1
