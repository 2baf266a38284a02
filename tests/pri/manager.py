"""A manager interface as a test drives it: actions, and events that are waited for."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from itertools import count

from tests.e2e.until import until

Message = dict[str, str]
ANSWER_SECONDS = 60.0
_names = count(1)


class Manager:
    """One signed-in connection to the Asterisk behind ``port``."""

    def __init__(self, port: int, boot_seconds: float = 180.0) -> None:
        self.events: list[Message] = []
        self._answers: dict[str, list[Message]] = {}
        self._line = until(lambda: _connect(port), boot_seconds, f"Asterisk's manager on port {port}")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def close(self) -> None:
        """Sign off."""
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()
        self._reader.join()

    def ask(self, action: str, **fields: str) -> list[Message]:
        """Send an action; its answer, and the items of its list."""
        name = f"{action}-{next(_names)}"
        mine = self._answers.setdefault(name, [])
        lines = {"Action": action, "ActionID": name, **fields}
        self._line.sendall("".join(f"{key}: {value}\r\n" for key, value in lines.items()).encode() + b"\r\n")
        until(lambda: mine and _is_whole(mine), ANSWER_SECONDS, f"the answer to {action}")
        return mine

    def stop(self) -> None:
        """End the Asterisk; it does not answer any more."""
        self._line.sendall(b"Action: Command\r\nCommand: core stop now\r\n\r\n")
        self._reader.join(ANSWER_SECONDS)
        self._line.close()

    def run(self, command: str) -> str:
        """What a console command prints."""
        return self.ask("Command", Command=command)[0].get("Output", "")

    def call(self, channel: str, context: str, exten: str, **variables: str) -> Call:
        """Have a channel dialled; answered, it goes to ``exten``. ``shown`` is its caller id."""
        name = f"t{next(_names)}.{time.time_ns()}"
        shown = variables.pop("shown", "0212345678")
        said = ",".join(f"{key}={value}" for key, value in variables.items())
        since = len(self.events)
        self.ask(
            "Originate", Channel=channel, Context=context, Exten=exten, Priority="1", ChannelId=name,
            CallerID=shown, Variable=said, Async="true", Timeout="60000",
        )  # fmt: skip
        return Call(self, name, since)

    def event(self, since: int = 0, seconds: float = 30.0, **wanted: str) -> Message:
        """The first event after the first ``since`` with these values, waited for."""

        def look() -> Message | None:
            return next((event for event in self.events[since:] if wanted.items() <= event.items()), None)

        found = until(look, seconds, f"an event with {wanted}")
        assert found is not None
        return found

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._line.makefile("rb") as lines:
            message: Message = {}
            for line in lines:
                key, _, value = line.decode(errors="replace").rstrip("\r\n").partition(":")
                if key == "Output" and key in message:
                    message[key] += "\n" + value[1:]
                elif key:
                    message[key] = value[1:]
                elif message:
                    self._take(message)
                    message = {}

    def _take(self, message: Message) -> None:
        self._answers.get(message.get("ActionID", ""), self.events).append(message)


class Call:
    """One call that was begun: what becomes of it is waited for."""

    def __init__(self, manager: Manager, uniqueid: str, since: int) -> None:
        self._manager = manager
        self.uniqueid = uniqueid
        self.since = since

    def ended(self, seconds: float = 60.0) -> int:
        """The cause it ended with."""
        found = self._manager.event(self.since, seconds, Event="Hangup", Uniqueid=self.uniqueid)
        return int(found["Cause"])

    def heard(self, who: str, seconds: float = 45.0) -> str:
        """The keys that ``who`` heard since the call was begun."""
        return self.told("Heard", seconds, Who=who)["Keys"]

    def told(self, name: str, seconds: float = 45.0, **wanted: str) -> Message:
        """What this end's dialplan has told since the call was begun."""
        return self._manager.event(self.since, seconds, Event="UserEvent", UserEvent=name, **wanted)

    def hang_up(self) -> None:
        """End it, if it has not ended."""
        self._manager.ask("Hangup", Channel=self.uniqueid)


def _connect(port: int) -> socket.socket | None:
    """Signed in; None while nobody answers there. A forwarding port takes connections before there is an Asterisk."""
    line = socket.socket()
    line.settimeout(5)
    with contextlib.suppress(OSError):
        line.connect(("127.0.0.1", port))
        if line.recv(100).startswith(b"Asterisk Call Manager"):
            line.sendall(b"Action: Login\r\nUsername: lab\r\nSecret: lab\r\n\r\n")
            if b"Success" in line.recv(1000):
                line.settimeout(None)
                return line
    line.close()
    time.sleep(0.2)
    return None


def _is_whole(answers: list[Message]) -> bool:
    """A list ends with an item that says so; Response alone is all of a plain answer."""
    return answers[0].get("EventList") != "start" or answers[-1].get("EventList", "") in (
        "Complete",
        "cancelled",
    )
