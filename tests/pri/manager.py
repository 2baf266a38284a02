"""A manager interface as a test drives it: actions, and events that are waited for."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import TypeVar

T = TypeVar("T")

Message = dict[str, str]
ANSWER_SECONDS = 60.0
ANALOG = re.compile(r"DAHDI/[0-9]+")
_names = count(1)


class Manager:
    """One signed-in connection to the Asterisk behind ``port``, which is up."""

    def __init__(self, port: int) -> None:
        self.events: list[Message] = []
        self._answers: dict[str, list[Message]] = {}
        self._news = threading.Condition()
        self._line = _connect(port)
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
        self._until(lambda: mine and _is_whole(mine), ANSWER_SECONDS, f"the answer to {action}")
        return mine

    def run(self, command: str) -> str:
        """What a console command prints."""
        return self.ask("Command", Command=command)[0].get("Output", "")

    def module(self, deed: str, name: str) -> None:
        """Load a module, or unload it."""
        [answer] = self.ask("ModuleLoad", LoadType=deed, Module=name)
        assert answer["Response"] == "Success", answer

    def call(self, channel: str, context: str, exten: str, **variables: str) -> Call:
        """Have a channel dialled; answered, it goes to ``exten``. ``shown`` is its caller id.

        An analog channel takes no id of ours: it goes by its name.
        """
        analog = ANALOG.match(channel)
        name = f"t{next(_names)}.{time.time_ns()}"
        shown = variables.pop("shown", "0212345678")
        said = ",".join(f"{key}={value}" for key, value in variables.items())
        since = len(self.events)
        self.ask(
            "Originate", Channel=channel, Context=context, Exten=exten, Priority="1", ChannelId=name,
            CallerID=shown, Variable=said, Async="true", Timeout="60000",
        )  # fmt: skip
        return Call(self, {"Channel": f"{analog[0]}-1"} if analog else {"Uniqueid": name}, since)

    def event(self, since: int = 0, seconds: float = 30.0, **wanted: str) -> Message:
        """The first event after the first ``since`` with these values, waited for."""

        def look() -> Message | None:
            return next((event for event in self.events[since:] if wanted.items() <= event.items()), None)

        found = self._until(look, seconds, f"an event with {wanted}")
        assert found is not None
        return found

    def _until(self, look: Callable[[], T], seconds: float, what: str) -> T:
        """The first true answer of ``look``, asked whenever something has come."""
        with self._news:
            found = self._news.wait_for(look, seconds)
        assert found, f"not within {seconds:g} s: {what}; last: {found!r}"
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
        with self._news:
            self._answers.get(message.get("ActionID", ""), self.events).append(message)
            self._news.notify_all()


class Call:
    """One call that was begun: what becomes of it is waited for."""

    def __init__(self, manager: Manager, mine: Message, since: int) -> None:
        self._manager = manager
        self._mine = mine
        self.since = since

    def ended(self, seconds: float = 60.0) -> int:
        """The cause it ended with."""
        found = self._manager.event(self.since, seconds, Event="Hangup", **self._mine)
        return int(found["Cause"])

    def heard(self, who: str, seconds: float = 45.0) -> str:
        """The keys that ``who`` heard since the call was begun."""
        return self.told("Heard", seconds, Who=who)["Keys"]

    def told(self, name: str, seconds: float = 45.0, **wanted: str) -> Message:
        """What this end's dialplan has told since the call was begun."""
        return self._manager.event(self.since, seconds, Event="UserEvent", UserEvent=name, **wanted)

    def heard_speech(self, seconds: float = 45.0) -> int:
        """Wait for a pause in what it is told; for how many milliseconds it was spoken to before."""
        told = self._manager.event(self.since, seconds, Event="ChannelTalkingStop", **self._mine)
        return int(told["Duration"])

    def hang_up(self) -> None:
        """End it, if it has not ended."""
        self._manager.ask("Hangup", Channel=next(iter(self._mine.values())))


def _connect(port: int) -> socket.socket:
    """Signed in."""
    line = socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS)
    line.sendall(b"Action: Login\r\nUsername: lab\r\nSecret: lab\r\nActionID: login\r\n\r\n")
    said = b""
    while b"ActionID: login" not in said:
        heard = line.recv(1000)
        assert heard, f"the manager on port {port} hung up after {said!r}"
        said += heard
    assert b"Success" in said, said
    line.settimeout(None)
    return line


def _is_whole(answers: list[Message]) -> bool:
    """A list ends with an item that says so; Response alone is all of a plain answer."""
    return answers[0].get("EventList") != "start" or answers[-1].get("EventList", "") in (
        "Complete",
        "cancelled",
    )
