"""FastAGI's port while FastAGI itself is not there: dead to whoever calls it, or deaf."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


@contextmanager
def unreachable(port: int) -> Iterator[None]:
    """It drops every SYN, as a dead machine or a firewall does: a listener whose backlog is full."""
    with _listening(port, 0):
        waiting = _fill_backlog(port)
        try:
            yield
        finally:
            for line in waiting:
                line.close()


@contextmanager
def silent(port: int) -> Iterator[None]:
    """It takes connections and answers nothing, as a frozen process of another machine does."""
    with _listening(port, socket.SOMAXCONN):
        yield


@contextmanager
def _listening(port: int, backlog: int) -> Iterator[None]:
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind(("127.0.0.1", port))
        line.listen(backlog)
        yield


def _fill_backlog(port: int) -> Sequence[socket.socket]:
    """Connect until nobody answers."""
    waiting = []
    for _ in range(8):
        line = socket.socket()
        line.settimeout(0.3)
        waiting.append(line)
        if line.connect_ex(("127.0.0.1", port)) != 0:
            return waiting
    raise AssertionError("this kernel takes connections beyond a full backlog")
