"""A line between the listener and Asterisk's manager interface that can be cut, fall silent, or say more."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress

RESET = struct.pack("ii", 1, 0)
END = b"\r\n\r\n"


class Proxy:
    """Listens on a port of its own and hands everything on to ``to``, by whole messages towards the listener."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._door = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._is_silent = False
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        """Where the listener is to connect."""
        return int(self._door.getsockname()[1])

    def cut(self) -> None:
        """Both ends get a reset."""
        with self._lock:
            for pair in self._pairs:
                for line in pair:
                    with suppress(OSError):
                        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    _hang_up(line)
            self._pairs.clear()

    def fall_silent(self) -> None:
        """Nothing gets through any more, either way, and nobody is told; whoever connects hears nothing."""
        self._is_silent = True

    def speak(self) -> None:
        """The line is as it was; connections of the silent time are lost, as behind a firewall."""
        self.cut()
        self._is_silent = False

    def speak_if_silent(self) -> None:
        """For a test that comes after one that failed."""
        if self._is_silent:
            self.speak()

    def say(self, messages: bytes) -> None:
        """Let the listener hear these messages besides."""
        with self._lock:
            for listener, _ in self._pairs:
                listener.sendall(messages)

    def close(self) -> None:
        """Take no more connections, end those that are."""
        self._door.close()
        self.cut()

    def _serve(self) -> None:
        while True:
            try:
                listener, _ = self._door.accept()
                asterisk = socket.create_connection(("127.0.0.1", self._to))
            except ConnectionRefusedError:
                listener.close()
                continue
            except OSError:
                return
            self.connections += 1
            with self._lock:
                self._pairs.append((listener, asterisk))
            threading.Thread(target=self._pump_up, args=(listener, asterisk), daemon=True).start()
            threading.Thread(target=self._pump_down, args=(asterisk, listener), daemon=True).start()

    def _pump_up(self, listener: socket.socket, asterisk: socket.socket) -> None:
        with suppress(OSError):
            while data := listener.recv(65536):
                if not self._is_silent:
                    asterisk.sendall(data)
        self._end(listener, asterisk)

    def _pump_down(self, asterisk: socket.socket, listener: socket.socket) -> None:
        """The greeting is a line, not a message: it goes through as it comes."""
        rest, greeted = b"", False
        with suppress(OSError):
            while data := asterisk.recv(65536):
                rest += data
                cut = rest.rfind(END) + len(END) if END in rest else 0
                whole, rest = (rest, b"") if not greeted else (rest[:cut], rest[cut:])
                greeted = True
                if whole and not self._is_silent:
                    with self._lock:
                        listener.sendall(whole)
        self._end(listener, asterisk)

    def _end(self, *lines: socket.socket) -> None:
        """An end that hung up hangs up the other, unless nobody is to notice."""
        if self._is_silent:
            return
        with self._lock:
            self._pairs = [pair for pair in self._pairs if not set(pair) & set(lines)]
        for line in lines:
            _hang_up(line)


def _hang_up(line: socket.socket) -> None:
    """Also where the other end is gone; who waits in it is woken."""
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
