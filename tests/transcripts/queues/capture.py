"""Makes ``random_day.ami.xz`` again: 10,000 events of a real Asterisk's queues, with its own word in between.

    HOTLINE_ASTERISK_ROOT=/path/to/root python tests/transcripts/queues/capture.py

Callers come, give up, time out and are sent away, agents answer, let it ring, pause, come and go, all by
chance; QueueStatus is asked after one action in twenty. Where an action sends no event the answer's id is ``again``.
Needs root for its network namespace; ends after five minutes at the latest.
"""

from __future__ import annotations

import asyncio
import lzma
import os
import random
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parent / "journey")]

from capture import Pbx  # type: ignore[attr-defined]  # noqa: E402 - the journey's, beside this one

from callcenter.queues.live import CHANGES, ROWS  # noqa: E402

EVENTS = 10_000
KEPT = tuple(b"Event: %s\r\n" % name.encode() for name in (*CHANGES, *ROWS, "QueueStatusComplete"))
COUNTED = tuple(b"Event: %s\r\n" % name.encode() for name in CHANGES)
AGENTS = [f"100{number}" for number in range(1, 10)]
QUEUES = ["q1", "q2", "q3"]


class QueuePbx(Pbx):  # type: ignore[misc]  # the journey's scripts have loose types
    """Keeps what tells of queues; ``counted`` events have come, ``answered`` are the ids of whole answers."""

    async def read(self) -> None:
        self.counted, self.answered, self.line = 0, set(), {}
        await self.reader.readline()
        while True:
            try:
                message = await self.reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            async with self.seen:
                if message.startswith((*KEPT, b"Event: FullyBooted\r\n")):
                    self.take(message)
                self.seen.notify_all()

    def take(self, message: bytes) -> None:
        self.taken.append(message)
        self.counted += message.startswith(COUNTED)
        words = dict(line.split(": ", 1) for line in message.decode().split("\r\n") if ": " in line)
        if words["Event"] == "QueueStatusComplete":
            self.answered.add(words["ActionID"])
        elif words["Event"] == "QueueCallerJoin":
            self.line[words["Channel"]] = words["Queue"]
        elif words["Event"] == "QueueCallerLeave":
            self.line.pop(words["Channel"], None)


class Day:
    """What happens, by chance but the same each time as far as Asterisk lets it."""

    def __init__(self, pbx: QueuePbx) -> None:
        self.pbx = pbx
        self.chance = random.Random(7)
        self.asked = 0

    def waiting(self) -> list[str]:
        """Channels that have joined and not left, as far as the events tell."""
        return list(self.pbx.line)

    def act(self) -> bool:
        """One action; True when it sends no event."""
        (deed,) = self.chance.choices([self.call, self.leave, self.member, self.jump], [6, 1.5, 3, 0.15])
        return bool(deed())

    def call(self) -> None:
        if len(self.waiting()) < 12:
            exten = f"{self.chance.choice(QUEUES)}*{self.chance.choice('00015')}*{self.chance.randint(1, 20)}"
            fields = {"Context": "idle", "Exten": "s", "Priority": "1", "Async": "true"}
            self.pbx.action("Originate", Channel=f"Local/{exten}@callers/n", **fields)

    def leave(self) -> None:
        if waiting := self.waiting():
            channel = self.chance.choice(waiting)
            if self.chance.random() < 0.5:
                self.pbx.action("Hangup", Channel=channel)
            else:
                self.pbx.action("Redirect", Channel=channel, Context="callers", Exten="away", Priority="1")

    def member(self) -> None:
        agent, queue = self.chance.choice(AGENTS), self.chance.choice(QUEUES)
        one = {"Queue": queue, "Interface": f"Local/{agent}@agents/n"}
        deed = self.chance.randrange(5)
        if deed == 0:
            self.pbx.action("QueueRemove", **one)
        elif deed in (1, 2):
            fields = {"MemberName": agent, "StateInterface": f"Custom:{agent}"}
            self.pbx.action("QueueAdd", **one, **fields, Penalty=self.chance.choice("012"))
        elif deed == 3:
            paused = self.chance.random() < 0.4
            reason = self.chance.choice(["break", "午休", ""]) if paused else ""
            self.pbx.action("QueuePause", **one, Paused=str(paused).lower(), Reason=reason)
        else:
            self.pbx.action("QueuePenalty", **one, Penalty=self.chance.choice("0123"))

    def jump(self) -> bool:
        waiting = self.waiting()
        if waiting:
            channel = self.chance.choice(waiting)
            fields = {"Queue": self.pbx.line[channel], "Caller": channel}
            self.pbx.action(
                "QueueChangePriorityCaller", **fields, Priority=self.chance.choice("019"), Immediate="yes"
            )
        return bool(waiting)

    async def ask(self, again: bool) -> None:
        self.asked += 1
        action_id = f"{'again' if again else 'look'}-{self.asked}"
        self.pbx.action("QueueStatus", ActionID=action_id)
        async with self.pbx.seen:
            await self.pbx.seen.wait_for(lambda: action_id in self.pbx.answered)

    async def run(self) -> None:
        for agent in AGENTS:
            self.pbx.action("Setvar", Variable=f"DEVICE_STATE(Custom:{agent})", Value="NOT_INUSE")
            for queue in QUEUES:
                fields = {"MemberName": agent, "StateInterface": f"Custom:{agent}"}
                self.pbx.action("QueueAdd", Queue=queue, Interface=f"Local/{agent}@agents/n", **fields)
        while self.pbx.counted < EVENTS:
            again = self.act()
            await asyncio.sleep(self.chance.uniform(0, 0.03))
            if again or self.chance.random() < 0.05:
                await self.ask(again)


async def main() -> None:
    """Boot, let the day pass, write it down, end Asterisk whatever happened."""
    with tempfile.TemporaryDirectory() as tmp:
        pbx = QueuePbx(Path(tmp) / "pbx")
        pbx.lay_out()
        shutil.copytree(HERE / "asterisk", pbx.home / "etc", dirs_exist_ok=True)
        await pbx.boot()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(280):
                    await Day(pbx).run()
        finally:
            pbx.process.kill()
            await pbx.process.wait()
        kept = b"".join(message for message in pbx.taken if message.startswith(KEPT))
        print(pbx.counted, "events,", len(pbx.answered), "answers", flush=True)
        (HERE / "random_day.ami.xz").write_bytes(lzma.compress(kept, preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    if "INSIDE" not in os.environ:
        apart = ["unshare", "--net", "--pid", "--fork", "--kill-child", "sh", "-c"]
        command = [*apart, 'ip link set lo up; exec "$@"', "sh", sys.executable, *sys.argv]
        os.execvpe("unshare", command, {**os.environ, "INSIDE": "1"})  # noqa: S606
    asyncio.run(main())
