"""A call as its script sees it: pyst2's verbs, on the event loop instead of on blocking files.

Each script runs in a greenlet. A verb writes its line and switches back to the loop; the reply
switches into the script again. Scripts therefore read top to bottom like blocking code, and one
thread serves thousands of them. Nothing in a script may block: what takes time is a coroutine
given to ``wait_for``. ``agi/server.py`` is the other side: it feeds replies and ends in here.

One command is under way at a time. Two lines in one write would save a round trip, but Asterisk 22
leaves the second in a stdio buffer that it doesn't poll: it was answered only when a third came.
A line that waits also ended WAIT FOR DIGIT at once, as if a key had come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextvars import copy_context
from time import monotonic
from typing import Any, TypeVar

import structlog
from asterisk.agi import AGI
from greenlet import getcurrent, greenlet

from agi import protocol
from agi.outcomes import CommandFailed, HungUp, Outcome, OutOfStep, UsageError
from agi.protocol import Quoted, Request, Result

T = TypeVar("T")
log = structlog.get_logger()

SILENCE_S = 60.0
"""How long a reply may take when the script has armed no time."""
GRACE_S = 5.0
"""How long after the armed time a reply may still come."""
MOST_LATER_S = 1.0
"""A timer that ends at most this much later than wished is left as it is. More would save commands, and leave the
caller of a frozen process in silence for as long."""
EVERY_KEY = "0123456789*#"
HELD_LOOP_S = 0.1
"""A script that runs this long without a verb has kept every other call waiting: it is logged."""
USAGE_LINES = 100
_BACKGROUND, _PLAYBACK, _MSET = Quoted("Background"), Quoted("Playback"), Quoted("MSet")


class Call(AGI):  # type: ignore[misc]  # pyst2 has no types
    """One call under a script.

    ``args`` are the dialplan's arguments after the token, the call's id first; ``request`` is what Asterisk sent.
    """

    def __init__(self, transport: asyncio.WriteTransport, request: Request) -> None:
        # pyst2's own __init__ is left out: it sets a signal handler, prints and reads stdin.
        self.request = request
        self.args = request.arguments[1:]
        self.call_id = (self.args[0] if self.args else "") or self.uniqueid
        self._heard_at = monotonic()
        self._transport = transport
        self._end: Outcome | None = None
        self._script: greenlet
        self._loop_side: greenlet
        self._wants_reply = False
        self._has_room = True
        self._task: asyncio.Task[Any] | None = None
        self._armed_until = 0.0

    # ── what scripts read of it ──────────────────────────────────────────────

    @property
    def uniqueid(self) -> str:
        """The channel's name for good, as ``node-1795303326.7``."""
        return self.request.get("agi_uniqueid")

    @property
    def channel(self) -> str:
        """The caller's channel, as ``PJSIP/e1-00000001``."""
        return self.request.get("agi_channel")

    @property
    def callerid(self) -> str:
        """The caller's number, empty when withheld."""
        number = self.request.get("agi_callerid")
        return "" if number == "unknown" else number

    @property
    def extension(self) -> str:
        """The dialplan extension that asks."""
        return self.request.get("agi_extension")

    @property
    def language(self) -> str:
        """The channel's language, as ``zh``."""
        return self.request.get("agi_language")

    # ── verbs; ``answer`` and ``verbose`` are pyst2's ────────────────────────

    def arm(self, seconds: float) -> None:
        """Set the dead-man's timer: the dialplan's ``T`` takes the caller unless re-armed within ``seconds``.

        Costs a round trip, but none when the timer already ends then, or up to MOST_LATER_S later.
        """
        now = monotonic()
        if 0 <= self._armed_until - (now + seconds) <= MOST_LATER_S:
            return
        self.execute("SET VARIABLE", "TIMEOUT(absolute)", f"{seconds:.1f}")
        self._armed_until = now + seconds

    def play(self, files: Sequence[str], keys: str = "") -> str:
        """Play prompts; give the key that cut them, of those in ``keys``, else ``""``.

        Without ``keys``, and with EVERY_KEY, it is a single command for the whole list, which answers the
        call if need be; a missing file does no harm. Without ``keys`` those pressed meanwhile are lost: Playback
        takes them off the channel.
        """
        if not keys or (files and keys == EVERY_KEY):
            names = protocol.application_value(protocol.file_list(files))
            return _key(self.execute("EXEC", _BACKGROUND if keys else _PLAYBACK, names))
        for file in files:
            key = _key(self.execute("STREAM FILE", protocol.file_list([file]), protocol.kept(keys)))
            if key:
                return key
        return ""

    def ask_digit(self, files: Sequence[str], keys: str, wait_ms: int) -> str:
        """Play prompts that each of ``keys`` cuts, then wait; give the key, or ``""`` when none came.

        Other keys are not heard: to tell a wrong key from none, name all twelve.
        """
        key = self.play(files[:-1], keys)
        if key:
            return key
        return _key(self.execute("GET OPTION", protocol.file_list(files[-1:]), protocol.kept(keys), wait_ms))

    def ask_digits(self, files: Sequence[str], most: int, wait_ms: int) -> str:
        """Play prompts that any key cuts; give up to ``most`` digits. # or ``wait_ms`` of quiet ends it."""
        return self.execute("GET DATA", protocol.file_list(files), wait_ms, most)["result"][0]

    def set_variables(self, values: Mapping[str, str]) -> None:
        """Set channel variables, in order, in one command where they fit (2,046 bytes, 20 variables).

        A value arrives as it is, whatever quotes, commas or ``${}`` it holds. Raises Unsendable on
        CR, LF and NUL and on names that could be a function's.
        """
        for pairs in list(protocol.assignments(values)):
            self.execute("EXEC", _MSET, pairs)

    def hang_up(self) -> None:
        """End the call."""
        self.execute("HANGUP")

    def wait_for(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """Give the result of a coroutine while other calls go on. Keys typed meanwhile are lost.

        Raises TimeoutError after ``seconds``, HungUp when the caller leaves (``work`` is cancelled
        and waited for first), else what ``work`` raises. Arm for it as for a prompt.
        """
        if self._end is not None or getcurrent() is not self._script:
            work.close()
            raise self._refusal()
        task = asyncio.get_running_loop().create_task(asyncio.wait_for(work, seconds))
        self._task = task
        task.add_done_callback(lambda _: self._resume(None))
        self._loop_side.switch()
        self._task = None
        work.close()  # it may have been cancelled before its first step
        if self._end is not None:
            _ = task.cancelled() or task.exception()
            raise self._end
        return task.result()

    def execute(self, command: str, *args: object) -> Result:
        """Send one command and give its reply, in pyst2's shape. Every verb comes through here."""
        answer = self._ask(protocol.command(command, args))
        usual = protocol.USUAL.get(answer)
        if usual is not None:
            return usual
        try:
            return self._weigh(answer)
        except CommandFailed:
            # -1 means "hung up" as well as "no such file": only a living channel has a status.
            self._weigh(self._ask(b"CHANNEL STATUS\n"))
            raise

    def database_get(self, family: str, key: str) -> str:
        """A value of Asterisk's database. pyst2's own would ask for names in quotes."""
        value, note = self.execute("DATABASE GET", family, key)["result"]
        if value != "1":
            raise KeyError(f"{family}/{key}")
        return note

    _quote = staticmethod(protocol.kept)  # quoted as the line is written

    # ── for the server ───────────────────────────────────────────────────────

    def start(self, stage: greenlet, script: Callable[[Call], None]) -> None:
        """Run ``script``, which must let nothing escape, in ``stage`` up to its first verb."""
        self._loop_side = getcurrent()
        self._script = stage
        stage.gr_context = copy_context()  # what one call binds is not the next one's
        self._resume(lambda: self._perform(script))

    def hear(self, line: bytes) -> None:
        """A line from Asterisk, without its newline."""
        if line.startswith(b"HANGUP"):
            self.finish(HungUp("HANGUP"))
        elif self._wants_reply:
            self._wants_reply = False
            self._resume(line)
        elif self._end is None:
            self.finish(OutOfStep("a reply nobody waits for"))

    def finish(self, end: Outcome) -> None:
        """Nothing more can be asked: raise ``end`` in the script, now or at its next verb."""
        if self._end is not None:
            return
        self._end = end
        self._wants_reply = False
        if self._task is not None:
            self._task.cancel()
        else:
            self._resume(None)

    def quiet_too_long(self, now: float) -> bool:
        """True when Asterisk should have answered long before ``now`` (monotonic seconds)."""
        return now > max(self._heard_at + SILENCE_S, self._armed_until + GRACE_S)

    def pause(self) -> None:
        """The transport has enough unsent: the next verb waits."""
        self._has_room = False

    def go_on(self) -> None:
        """The transport has room again."""
        self._has_room = True
        if self._end is None and self._task is None and not self._wants_reply:
            self._resume(None)

    # ── the crossing between script and loop ─────────────────────────────────

    def _perform(self, script: Callable[[Call], None]) -> None:
        try:
            script(self)
        finally:
            self._end = self._end or HungUp("the script has ended")
            self._script = self._loop_side  # the stage is another call's from now on

    def _ask(self, line: bytes = b"") -> bytes:
        """Send a line, if there is one, and wait for the next from Asterisk."""
        if self._end is not None or getcurrent() is not self._script:
            raise self._refusal()
        if line:
            if not self._has_room:
                self._park()
            self._transport.write(line)
        self._wants_reply = True
        answer: bytes = self._loop_side.switch()
        if self._end is not None:
            raise self._end
        return answer

    def _weigh(self, answer: bytes) -> Result:
        while answer.startswith(b"100"):
            answer = self._ask()
        if answer.startswith(b"520-"):
            raise self._usage(answer)
        return protocol.reply(answer)

    def _usage(self, line: bytes) -> Outcome:
        lines = [line]
        while not line.startswith(b"520 "):
            line = self._ask()
            lines.append(line)
            if len(lines) > USAGE_LINES:
                return OutOfStep("a usage text without an end")
        return UsageError(b"\n".join(lines).decode(errors="replace"))

    def _refusal(self) -> Exception:
        """A verb from a coroutine, a thread or another call's script would tangle the replies."""
        if getcurrent() is not self._script:
            return RuntimeError("a verb was called outside of its own call's script")
        assert self._end is not None  # noqa: S101  # asked only when one of both is so
        return self._end

    def _park(self) -> None:
        self._loop_side.switch()
        if self._end is not None:
            raise self._end

    def _resume(self, value: object) -> None:
        self._heard_at = heard_at = monotonic()
        self._script.switch(value)
        held = monotonic() - heard_at
        if held > HELD_LOOP_S:
            log.warning("agi.held_loop", call=self.call_id, ms=round(held * 1000))


def _key(found: Result) -> str:
    code = found["result"][0]
    return "" if code == "0" else chr(int(code))
