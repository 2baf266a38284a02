"""pyst2 as it is, a thread a call. argv: port.

Its constructor is replaced, because it sets a signal handler and so fails outside of the main thread.
"""

from __future__ import annotations

import socketserver
import sys
from typing import Any

from asterisk.agi import AGI, AGIException


class Silence:
    """Takes what pyst2 prints."""

    def write(self, text: str) -> None:
        """Drop it."""


class Text:
    """pyst2 writes text, a socket takes bytes."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def write(self, text: str) -> None:
        """Send it."""
        self.file.write(text.encode())

    def flush(self) -> None:
        """Nothing is held back."""


class ThreadAGI(AGI):  # type: ignore[misc]  # pyst2 has no types
    """pyst2's AGI without its signal handler."""

    def __init__(self, reader: Any, writer: Any) -> None:
        self.stdin, self.stdout, self.stderr = reader, Text(writer), Silence()
        self._got_sighup = False
        self.env: dict[str, str] = {}
        self._get_agi_env()


def ivr(agi: ThreadAGI) -> None:
    """The same eight commands as hotline.py."""
    agi.get_variable("CHANNEL(endpoint)")
    agi.get_variable("CALLERID(num)")
    agi.answer()
    key = agi.get_data("p1", 3000, 1)
    agi.set_variable("MENU1", key)
    if key == "1":
        key = agi.get_data("p2", 3000, 1)
        agi.set_variable("MENU2", key)
        if key in ("1", "2"):
            agi.set_variable("RESULT", "sales")


def hold(agi: ThreadAGI) -> None:
    """A call that waits."""
    agi.answer()
    agi.set_variable("MENU1", "1")
    agi.wait_for_digit(20000)


class Handler(socketserver.StreamRequestHandler):
    """One call."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Run its script."""
        try:
            agi = ThreadAGI(self.rfile, self.wfile)
            {"ivr": ivr, "hold": hold}[agi.env["agi_network_script"]](agi)
        except (AGIException, OSError, ValueError):
            pass


class Server(socketserver.ThreadingTCPServer):
    """A thread a call, and a backlog for bursts."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
