"""The garbage collector left out while much is built that stays: it looks through all of it each time it has grown."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """What refers to itself is freed after the block. A quarter of the time that ten thousand seats take."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
