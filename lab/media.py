"""What the calls of one SIPp or softphone say and hear: the user's side of ``lab.media_process``."""

from __future__ import annotations

import atexit
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from callcenter.errors import HotlineError
from lab import rtp
from lab.media_process import AT_A_TIME, COUNT, Opening
from lab.sipp_events import Event
from lab.speech import Speech

LITTLE = 1
"""What may wait at a socket nobody hears at: the least that the kernel grants."""
END_SECONDS = 5.0


class Media:
    """Sends and hears for up to ``slots`` calls at once on ``ip``; ``ports`` names their sockets' ports.

    With ``hears`` False nothing is taken in: the kernel throws away what comes. Methods that ask raise HotlineError
    when the media process has ended, and KeyError of a call that was never answered.
    """

    def __init__(self, ip: str, slots: int, speech: Speech, *, hears: bool = True) -> None:
        self._speech, self._hears = speech, hears
        self._sockets = [_bound(ip, hears) for _ in range(slots)]
        self.ports: list[int] = [sock.getsockname()[1] for sock in self._sockets]
        self._events: list[int] = []
        """The pipe by which a SIPp tells its events, and the bell that is rung then."""
        self._news: list[Event] = []
        self._ears: dict[int, rtp.Ear] = {}
        self._asking = threading.RLock()
        self._line: Connection | None = None

    def follow(self, pipe: Path) -> None:
        """Talk as the events say that a SIPp writes into ``pipe``, which is made now. Before ``start`` only."""
        os.mkfifo(pipe)
        self._events = [
            os.open(pipe, os.O_RDWR | os.O_NONBLOCK),
            os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK),
        ]

    def start(self) -> None:
        """Begin to serve the sockets and to follow."""
        opening = Opening(self._speech, self._hears, bool(self._events))
        self._line = media_process().open(
            opening, [*self._events, *(sock.fileno() for sock in self._sockets)]
        )
        self._close_sockets()

    def close(self) -> None:
        """Give the ports back. What was heard and told stays."""
        with self._asking:
            try:
                self._keep()
            finally:
                if self._line:
                    self._line.close()
                    self._line = None
                self._close_sockets()
                for descriptor in self._events:
                    os.close(descriptor)
                self._events = []

    def _keep(self) -> None:
        """Have all that was heard and told here."""
        if self._line:
            self._ask("close")
            for call in self._ask("calls") if self._hears else []:
                self.ear(call)
            self._news = self.take()

    def answered(self, call: int, port: int, far_end: tuple[str, int]) -> None:
        """Begin to talk to ``far_end`` from ``port``."""
        self._ask("answered", call, port, far_end)

    def ended(self, call: int) -> None:
        """Fall silent and deaf on this call."""
        self._ask("ended", call)

    def mute(self, call: int, muted: bool) -> None:
        """Send nothing on this call for a while; it still hears."""
        self._ask("mute", call, muted)

    def press(self, call: int, digits: str) -> None:
        """Press keys now, five a second."""
        self._ask("press", call, digits)

    def ear(self, call: int) -> rtp.Ear:
        """What the call has heard so far; asked again, the same ear holds more."""
        with self._asking:
            more = self._line is not None
            while more:
                known = self._ears.get(call)
                part = self._ask("heard", call, known.length if known else rtp.Length())
                more = self._ears.setdefault(call, rtp.Ear(part.law, part.since)).append(part)
            return self._ears[call]

    def wait(self, seconds: float) -> None:
        """Return when there may be events, or when the time is over."""
        bells = select.poll()
        for bell in self._events[1:]:
            bells.register(bell, select.POLLIN)
        bells.poll(seconds * 1000)

    def take(self) -> list[Event]:
        """The events that were told since they were last taken."""
        with self._asking:
            taken, self._news = self._news, []
            if self._line and any(_rung(bell) for bell in self._events[1:]):
                while more := self._ask("news"):
                    taken += more
            return taken

    def _ask(self, *question: object) -> Any:
        with self._asking:
            if self._line is None:
                raise HotlineError(
                    "the phone that is asked to talk or to hear has ended, or was never started"
                )
            try:
                self._line.send(question)
                answer = self._line.recv()
            except (EOFError, OSError) as error:
                raise HotlineError("the process that sends and hears for all phones has ended") from error
        if isinstance(answer, KeyError):
            raise answer
        return answer

    def _close_sockets(self) -> None:
        for sock in self._sockets:
            sock.close()


class MediaProcess:
    """The one of this process, started when it is first asked for. Use the one of ``media_process()``."""

    def __init__(self) -> None:
        self._users, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "lab.media_process", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,
            )
        self._opening = threading.Lock()

    def open(self, opening: Opening, descriptors: Sequence[int]) -> Connection:
        """A line to a new talker. Raises HotlineError."""
        ours, theirs = Pipe()
        with theirs, self._opening:
            try:
                socket.send_fds(self._users, [COUNT.pack(len(descriptors))], [theirs.fileno()])
                for start in range(0, len(descriptors), AT_A_TIME):
                    socket.send_fds(self._users, [b"+"], descriptors[start : start + AT_A_TIME])
                ours.send(opening)
            except OSError as error:
                raise HotlineError(
                    f"the process that sends and hears for all phones has ended: {error}"
                ) from error
        return ours

    def end(self) -> None:
        """No talker is served any more."""
        self._users.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)


_processes: list[MediaProcess] = []
"""The one of this process, once it was asked for."""
_starting = threading.Lock()


def media_process() -> MediaProcess:
    """The process's; started once, however many ask for it at the same time."""
    with _starting:
        if not _processes:
            _processes.append(MediaProcess())
        return _processes[0]


@atexit.register
def end_media_process() -> None:
    """It ends with its user's process; who wants nothing to run sooner says so. The next ``Media`` starts another."""
    with _starting:
        while _processes:
            _processes.pop().end()


def _bound(ip: str, hears: bool) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind((ip, 0))
    if not hears:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
    return sock


def _rung(bell: int) -> bool:
    try:
        return os.eventfd_read(bell) > 0
    except BlockingIOError:
        return False
