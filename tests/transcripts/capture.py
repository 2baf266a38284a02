"""Capture ``queue_calls.ami`` anew: ``python -m tests.transcripts.capture``.

Two real queue calls (callers named in UTF-8 and in GB18030) and the lists a listener asks for, as Asterisk
wrote them to the socket, banner included. What was sent is not in it, so no secret is.
"""

from __future__ import annotations

import re
import socket
import threading
from pathlib import Path

from ami import actions
from tests.ami.asterisk import ThrowAwayAsterisk
from tests.ami.queue_call import place_queue_call

TRANSCRIPT = Path(__file__).parent / "queue_calls.ami"
LISTS = (actions.core_status(), actions.show_channels(), actions.queue_status(), actions.device_states())


class Recorder:
    """A manager session that keeps every byte that comes."""

    def __init__(self, port: int) -> None:
        self.received = bytearray()
        self._grown = threading.Condition()
        self._sent = 0
        self._socket = socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=self._read, daemon=True).start()

    def ask(self, action: actions.Action, end: str) -> None:
        """Send one action, wait until ``end`` has come with its id."""
        self._sent += 1
        action_id = f"capture-{self._sent}"
        self._socket.sendall(actions.encode(action.name, action.fields, action_id))
        self.wait_for(rf"{end}\r\n(?:[^\r]+\r\n)*?ActionID: {action_id}\r\n(?:[^\r]+\r\n)*\r\n".encode())

    def wait_for(self, pattern: bytes, count: int = 1) -> None:
        """Wait until the pattern has come so many times. Raises TimeoutError after 10 s."""
        with self._grown:
            if not self._grown.wait_for(lambda: len(re.findall(pattern, self.received)) >= count, 10):
                raise TimeoutError(pattern)

    def _read(self) -> None:
        while data := self._socket.recv(65536):
            with self._grown:
                self.received += data
                self._grown.notify_all()


def main() -> None:
    asterisk = ThrowAwayAsterisk()
    try:
        asterisk.start()
        recorder = Recorder(asterisk.ami)
        capture(asterisk, recorder)
        TRANSCRIPT.write_bytes(recorder.received)
    finally:
        asterisk.remove()


def capture(asterisk: ThrowAwayAsterisk, recorder: Recorder) -> None:
    """Log in, log an agent into the queue, place the calls, ask for the lists."""
    account = {"Username": "hotline", "Secret": asterisk.secret}
    recorder.ask(actions.Action("Login", account), "Response: Success")
    agent = {"member_name": "客服李秀英", "state_interface": "PJSIP/1001"}
    recorder.ask(actions.queue_add("support", "Local/1001@agents/n", **agent), "Response: Success")
    callers = ("王小明".encode(), b"13800138000"), ("欧阳春晓".encode("gb18030"), b"02088886666")
    for count, (name, number) in enumerate(callers, 1):
        place_queue_call(asterisk, name, number)
        recorder.wait_for(rb"Event: Hangup\r\n", 4 * count)
    for action in LISTS:
        end = "Response: Success" if action.name == "CoreStatus" else "Event: [A-Za-z]+Complete"
        recorder.ask(action, end)


if __name__ == "__main__":
    main()
