"""Asterisk's remote console, spoken over its control socket: 0.2 ms a command.

``asterisk -rx`` prints the same and takes 15 ms. The far side greets with one line (host/pid/version), takes
``cli quit after COMMAND`` and a NUL, sends the output and closes (main/asterisk.c: ``ast_remotecontrol`` and
``netconsole``; the same since Asterisk 11).
"""

from __future__ import annotations

import re
import socket
from pathlib import Path

from callcenter.errors import HotlineError, Unreachable
from callcenter.ports import AsteriskConsole

LONGEST_PATH = 107  # sun_path of AF_UNIX, without the closing NUL
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def rx(control: Path, command: str, seconds: float = 10.0) -> str:
    """The output of one CLI command, colours removed.

    Raises Unreachable when no Asterisk listens on ``control`` or it does not answer within ``seconds``.
    """
    if "\0" in command or "\n" in command:
        raise HotlineError("a console command is one line without NUL")
    try:
        answer = _exchange(control, command.encode(), seconds)
    except PermissionError as error:
        raise Unreachable(
            f"{control} opens for root and Asterisk's account only: run this as one of them"
        ) from error
    except OSError as error:
        raise Unreachable(f"no Asterisk answers on {control}: {error}") from error
    _, _, output = answer.partition(b"\n")
    return _COLOUR.sub("", output.decode(errors="replace"))


def _exchange(control: Path, command: bytes, seconds: float) -> bytes:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(seconds)
        line.connect(str(control))
        line.sendall(b"cli quit after " + command + b"\0")
        return b"".join(iter(lambda: line.recv(65536), b""))


class Console:
    """One Asterisk's console (``callcenter.ports.AsteriskConsole``)."""

    def __init__(self, control: Path) -> None:
        self._control = control

    def rx(self, command: str) -> str:
        """What one console command prints. Raises Unreachable."""
        return rx(self._control, command, seconds=60.0)

    def answers(self) -> bool:
        """Whether an Asterisk is up behind the socket. Raises Unreachable where that may not be looked at."""
        try:
            return bool(self.rx("core show uptime"))
        except Unreachable as error:
            if isinstance(error.__cause__, PermissionError):
                raise
            return False


def version(console: AsteriskConsole) -> tuple[int, ...]:
    """The version of the Asterisk behind a console, as numbers; empty when it doesn't say one."""
    found = re.search(r"Asterisk (?:certified/)?(\d+(?:\.\d+)*)", console.rx("core show version"))
    return tuple(int(part) for part in found[1].split(".")) if found else ()
