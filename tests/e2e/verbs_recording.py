"""What happens to recordings in a case.

``recordings: words``       the command ``hotline recordings …``; ``{NAME}`` stands for a caller's call
``paused: AGENT``           wait until the agent's recording is paused
``goes_on: AGENT``          wait until it is no more
``agent_presses: {A: keys}``  an agent presses keys in the call they have answered last
``talks_for: {AGENT: s}``   wait until the agent's leg has been recorded so long
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from lab.sipp_run import Run
from recordings import naming, sound
from schema.calls import Leg
from schema.recordings import RecordingPause
from tests.e2e import expect
from tests.e2e.house import House
from tests.e2e.until import until

PATIENCE_SECONDS = 30.0


class RecordingVerbs:
    """Mixed into the stage."""

    _house: House
    number: dict[str, str]
    parties: dict[str, Run]

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

    def _leg(self, agent: str) -> Leg:
        look = partial(self._house.rows, Leg, agent=agent, kind="agent", ended_at=None)
        found: list[Leg] = until(look, PATIENCE_SECONDS, f"a leg of {agent}")
        return found[0]

    def _pauses(self, agent: str) -> list[RecordingPause]:
        return list(self._house.rows(RecordingPause, uniqueid=self._leg(agent).uniqueid, ended_at=None))


def _holds(part: Path, seconds: float) -> bool:
    return sound.frames(part) >= seconds * sound.RATE
