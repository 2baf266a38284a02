"""What cases of calls without a queue, of rooms and of mailboxes do besides.

``types: {NUMBER: keys}``     keys pressed at this softphone, in the call in hand
``types_secret: {NUMBER: s}`` this secret and #, as ``room/7491``
``spoken_to: NUMBER``         wait until this softphone hears sound newer than its last keys
``room_is: {ROOM: {…}}``      wait until the room is so: ``locked``, ``muted`` (numbers), ``members``
``lamp: {NUMBER: [new, old]}`` this phone's lamp is told of so many messages; the first time it subscribes
``emptied: BOX``              what messages are in this box are deleted by command
``box_pin: {BOX: digits}``        wait until this is the box's PIN
``beeps: {PARTY: seconds}``   wait until this party has heard the tone of the house for so long
``no_beep: PARTY``            it has heard none for some seconds
``pauses_at: NUMBER``         wait until the recording of the call at this phone is paused; ``resumes_at``: no more
``warned: {NUMBER: n}``       it is kept that so many who were called from this phone heard of the recording
``kept: {AGENT: [far, own]}`` the agent's newest talk has one recording, the far side's tone left, theirs right
"""

from __future__ import annotations

import json
from array import array
from contextlib import ExitStack
from functools import partial
from typing import Any

from lab import audio
from lab.phone_call import PhoneCall
from lab.sipp_run import Run
from schema.calls import Recording
from schema.recordings import RecordingDecision, RecordingPause
from tests.e2e.expect_hands import sounding
from tests.e2e.house import House
from tests.e2e.lamp import Lamp
from tests.e2e.site_inside import seat
from tests.e2e.until import until
from tests.e2e.verbs_hands import samples
from tests.e2e.verbs_inside import PHONES, account
from tests.json_keys import lost_of

PATIENCE_SECONDS = 20.0
HEARD_SECONDS = 0.5
BEEP_HZ = 1000
QUIET_SECONDS = 4
SPEECH_DB = -45.0


class RoomVerbs:
    """Mixed into ``tests.e2e.runner.Stage``."""

    _house: House
    _stack: ExitStack
    parties: dict[str, Run]
    in_hand: dict[str, PhoneCall]

    def take_up_lamps(self) -> None:
        """Nobody has one yet."""
        self._typed: dict[str, int] = {}
        self._lamps: dict[str, Lamp] = {}

    def do_types(self, wanted: dict[str, str]) -> None:
        for number, keys in wanted.items():
            self._typed[number] = len(samples(self.in_hand[number].ear()))
            self.in_hand[number].press(keys)

    def do_types_secret(self, wanted: dict[str, str]) -> None:
        for number, secret in wanted.items():
            self.do_spoken_to(number)
            self.do_types({number: self._house.secret(secret) + "#"})

    def do_spoken_to(self, number: str) -> None:
        def speech() -> bool:
            new = samples(self.in_hand[number].ear())[self._typed.get(number, 0) :]
            return any(window.level_db > SPEECH_DB for window in audio.windows(new, []))

        until(speech, PATIENCE_SECONDS, f"{number} is spoken to")

    def do_room_is(self, wanted: dict[str, dict[str, Any]]) -> None:
        for number, state in wanted.items():
            until(partial(self._room_is, number, state), PATIENCE_SECONDS, f"room {number} is {state}")

    def _room_is(self, number: str, wanted: dict[str, Any]) -> bool:
        told = self._house.run("conferences", "list", "--json")
        rows = json.loads(told[told.index("[") :])
        if any(row["who"] for row in rows):
            assert lost_of("conferences list", rows) == []
        found = next((row for row in rows if row["room"] == number), {"members": 0})
        found["muted"] = sorted(one["number"] for one in found.get("who", []) if one["muted"])
        return wanted.items() <= found.items()

    def do_lamp(self, wanted: dict[str, list[int]]) -> None:
        for number, (new, heard) in wanted.items():
            if number not in self._lamps:
                lamp = Lamp(account(self._house, number), self._house.sip, PHONES.ip)
                self._lamps[number] = self._stack.enter_context(lamp)
            self._lamps[number].shows(new, heard)

    def do_emptied(self, box: str) -> None:
        for message in json.loads(self._house.run("voicemail", "list", "--box", box, "--json")):
            self._house.run("voicemail", "delete", str(message["id"]))

    def do_box_pin(self, wanted: dict[str, str]) -> None:
        for box, digits in wanted.items():
            same = lambda box=box, digits=digits: self._house.secret(f"mailbox/{box}") == digits  # noqa: E731
            until(same, PATIENCE_SECONDS, f"the PIN of {box}")

    def do_beeps(self, wanted: dict[str, float]) -> None:
        for party, seconds in wanted.items():
            heard = lambda party=party, seconds=seconds: self._beeps(party) >= seconds  # noqa: E731
            until(heard, PATIENCE_SECONDS, f"{party} hears a tone")

    def do_no_beep(self, party: str) -> None:
        assert sounding(self._sound(party)[-QUIET_SECONDS * audio.RATE :], BEEP_HZ) == 0.0

    def _beeps(self, party: str) -> float:
        return sounding(self._sound(party), BEEP_HZ)

    def _sound(self, party: str) -> array[int]:
        if party in self.in_hand:
            return samples(self.in_hand[party].ear())
        return samples(self.parties[party].ear(self.parties[party].events("answered")[-1].call))

    def do_pauses_at(self, number: str) -> None:
        until(partial(self._pauses_at, number), PATIENCE_SECONDS, f"a pause at {number}")

    def do_resumes_at(self, number: str) -> None:
        until(lambda: not self._pauses_at(number), PATIENCE_SECONDS, f"the pause at {number} is over")

    def _pauses_at(self, number: str) -> list[RecordingPause]:
        rows = self._house.rows(RecordingPause, ended_at=None)
        return [row for row in rows if row.channel.startswith(f"PJSIP/{seat(number)}-")]

    def do_warned(self, wanted: dict[str, int]) -> None:
        for number, count in wanted.items():
            (call,) = self._house.calls_of(number)
            rows = partial(
                self._house.rows, RecordingDecision, call_id=call.call_id, consent="told", queue=None
            )
            until(lambda rows=rows, count=count: len(rows()) == count, PATIENCE_SECONDS, f"{count} told")

    def do_kept(self, wanted: dict[str, list[float]]) -> None:
        for agent, tones in wanted.items():
            try:
                until(partial(self._is_kept, agent, *tones), PATIENCE_SECONDS, "a recording")
            except AssertionError:
                found = [self._told(row, tones) for row in self._house.rows(Recording, agent=agent)]
                raise AssertionError(f"{agent}: wanted {tones} in one recording, found {found}") from None

    def _is_kept(self, agent: str, far: float, own: float) -> bool:
        rows = self._house.rows(Recording, agent=agent)
        mine = [row for row in rows if row.call_id == rows[-1].call_id]
        if [row.state for row in mine] != ["ready"]:
            return False
        left, right = audio.read_wav(self._house.app.settings.recordings / mine[0].path).channels
        heard = sounding(left, far) >= HEARD_SECONDS <= sounding(right, own)
        return heard and sounding(left, own) == sounding(right, far) == 0.0

    def _told(self, row: Recording, tones: list[float]) -> list[Any]:
        if row.path is None:
            return [row.state, row.reason]
        sides = audio.read_wav(self._house.app.settings.recordings / row.path).channels
        return [row.state, row.reason, *([sounding(side, hz) for hz in tones] for side in sides)]
