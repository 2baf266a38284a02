"""What happens to recordings in a case.

``recordings: words``       the command ``hotline recordings …``; ``{NAME}`` stands for a caller's call
``paused: AGENT``           wait until the agent's recording is paused
``goes_on: AGENT``          wait until it is no more
``agent_presses: {A: keys}``  an agent presses keys in the call they have answered last
``lost: {NAME: s}``         wait until the caller's recording is truncated, within a minute of Asterisk's start, and
                            holds the talk up to so many seconds before Asterisk was killed
``later: seconds``          the next thing happens so much later: Asterisk writes once a second
``small_disk: bytes``       recordings lie on a file system of this size from now on
``fill_disk: ~``            it is full; ``free_disk: ~``: it has room again
``alarm: seconds``          the alarm of a full disk is raised that soon after it was full; ``calm: ~``: over
``is: {NAME: state}``       wait until the caller's recording is in this state
``talks_for: {AGENT: s}``   wait until the agent's leg has been recorded so long
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from lab.sipp_run import Run
from recordings import naming, sound
from recordings.policy import DISK
from schema.calls import Gap, Leg, Recording
from schema.recordings import RecordingPause
from tests.e2e import expect
from tests.e2e.faults import Faults
from tests.e2e.house import House
from tests.e2e.small_disk import SmallDisk
from tests.e2e.until import until

PATIENCE_SECONDS = 30.0


class RecordingVerbs:
    """Mixed into the stage."""

    _house: House
    number: dict[str, str]
    parties: dict[str, Run]
    figures: dict[str, float]
    _faults: Faults
    _stack: ExitStack
    _disk: SmallDisk
    _full_since = 0.0

    def do_recordings(self, words: str) -> None:
        calls = {
            name: expect.call_id(self._house, self.number[name]) for name in self.number if name in words
        }
        self._house.run("recordings", *words.format(**calls).split())

    def do_agent_presses(self, pressed: dict[str, str]) -> None:
        for agent, keys in pressed.items():
            phone = self.parties[agent]
            phone.press(keys, phone.events("answered")[-1].call)

    def do_paused(self, agent: str) -> None:
        until(partial(self._pauses, agent), PATIENCE_SECONDS, f"{agent} is paused")

    def do_goes_on(self, agent: str) -> None:
        until(lambda: not self._pauses(agent), PATIENCE_SECONDS, f"{agent} is recorded again")

    def do_talks_for(self, wanted: dict[str, float]) -> None:
        for agent, seconds in wanted.items():
            leg = self._leg(agent)
            part = naming.part_file(self._house.app.settings.spool, leg.uniqueid)
            look = partial(_holds, part, seconds)
            until(look, PATIENCE_SECONDS, f"{seconds:g} s of {agent} on disk")

    def do_lost(self, wanted: dict[str, float]) -> None:
        began = time.monotonic()
        for name, most in wanted.items():
            row = self._recording(name, "truncated", 60.0)
            self.figures[f"{name} playable after the restart"] = time.monotonic() - began
            ended_at = row.started_at.timestamp() + row.duration_ms / 1000
            lost = self._faults.killed_at - ended_at
            self.figures[f"{name} lost before the kill"] = lost
            assert 0.0 <= lost <= most, f"{lost:.2f} s of {name} are lost"

    def do_later(self, seconds: float) -> None:
        time.sleep(seconds)

    def do_is(self, wanted: dict[str, str]) -> None:
        for name, state in wanted.items():
            self._recording(name, state, PATIENCE_SECONDS)

    def do_small_disk(self, size: int) -> None:
        self._disk = self._stack.enter_context(SmallDisk(self._house.app.settings.recordings, size))

    def do_fill_disk(self, _: None) -> None:
        self._full_since = time.monotonic()
        self._disk.fill()

    def do_free_disk(self, _: None) -> None:
        self._disk.free()

    def do_alarm(self, most: float) -> None:
        until(self._alarms, PATIENCE_SECONDS, "an alarm of the disk")
        self.figures["full disk alarmed"] = time.monotonic() - self._full_since
        assert self.figures["full disk alarmed"] <= most

    def do_calm(self, _: None) -> None:
        until(lambda: not self._alarms(), PATIENCE_SECONDS, "the disk's alarm is over")

    def _alarms(self) -> list[Gap]:
        return [gap for gap in self._house.rows(Gap, source=DISK) if gap.ended_at is None]

    def _recording(self, name: str, state: str, seconds: float) -> Recording:
        call_id = expect.call_id(self._house, self.number[name])
        look = partial(self._house.rows, Recording, call_id=call_id, state=state)
        found: list[Recording] = until(look, seconds, f"the recording of {name} is {state}")
        return found[0]

    def _leg(self, agent: str) -> Leg:
        look = partial(self._house.rows, Leg, agent=agent, kind="agent", ended_at=None)
        found: list[Leg] = until(look, PATIENCE_SECONDS, f"a leg of {agent}")
        return found[0]

    def _pauses(self, agent: str) -> list[RecordingPause]:
        return list(self._house.rows(RecordingPause, uniqueid=self._leg(agent).uniqueid, ended_at=None))


def _holds(part: Path, seconds: float) -> bool:
    return sound.frames(part) >= seconds * sound.RATE
