"""QEMU's own monitor (QMP) over a socket pair: asked to save the machine, and asked whether it runs again."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

from callcenter.errors import HotlineError


class Monitor:
    """``theirs`` is for the child; ``begin`` when it has been started."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()
        self._lines = self._ours.makefile("r")

    def begin(self) -> None:
        """Say that we are ready to hear."""
        self.theirs.close()
        self.command("qmp_capabilities")

    def command(self, name: str, **arguments: Any) -> Any:
        """Carry out a command; gives what it returns. Raises HotlineError for a refusal, or when QEMU is gone."""
        self._ours.sendall(json.dumps({"execute": name, "arguments": arguments}).encode())
        answer = next(told for told in self._told() if told.keys() & {"error", "return"})
        if "error" in answer:
            raise HotlineError(f"QEMU refuses {name}: {answer['error']['desc']}")
        return answer["return"]

    def wait_until_it_runs(self) -> None:
        """Return when the machine goes on where it was saved."""
        self._ours.sendall(b'{"execute": "query-status"}')
        for told in self._told():
            if told.get("event") == "RESUME" or told.get("return", {}).get("running"):
                return

    def save(self, command: str) -> None:
        """Give the whole machine to a shell command's standard input. Raises HotlineError when it can't be."""
        self.command("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])
        self.command("migrate-set-parameters", **{"max-bandwidth": 1 << 33})
        self.command("migrate", uri=f"exec:{command}")
        for told in self._told():
            if told.get("event") == "MIGRATION" and told["data"]["status"] in ("completed", "failed"):
                if told["data"]["status"] == "failed":
                    raise HotlineError("QEMU could not save the machine")
                return

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._ours.close()

    def _told(self) -> Iterator[dict[str, Any]]:
        """What it says from now on. Raises HotlineError at its end."""
        for line in self._lines:
            yield json.loads(line)
        raise HotlineError("QEMU has ended")
