"""What happens in surveys and after them.

``task: {NAME: kind}``        wait until a follow-up of this kind is there for the caller's call
``replied: {NAME: question}`` wait until the caller's answer to a survey's further question is there
``speaks_why: {NAME: s}``     wait until so many seconds of the caller's spoken reason are on disk
``box: {BOX: n}``             wait until so many messages are in the box
``types_room_pin: {NAME: s}`` a caller types this secret, as ``room/8801``, and #
``in_room: {ROOM: n}``        wait until so many are in the room
``room: {words: NAME}``       ``hotline conferences`` with these words and the caller's number
``types_pin: {NAME: box}``    a caller types the box's PIN and #
"""

from __future__ import annotations

import json
from functools import partial

from lab.sipp_run import Run
from schema.follow_ups import FollowUp
from schema.surveys import SurveyReply
from tests.e2e import expect, expect_survey
from tests.e2e.house import House
from tests.e2e.until import until

PATIENCE_SECONDS = 20.0
BYTES_A_SECOND = 16_000


class SurveyVerbs:
    """Mixed into ``tests.e2e.runner.Stage``."""

    _house: House
    number: dict[str, str]
    parties: dict[str, Run]

    def do_task(self, wanted: dict[str, str]) -> None:
        for name, kind in wanted.items():
            look = partial(self._house.rows, FollowUp, call_id=self._call(name), kind=kind)
            until(look, PATIENCE_SECONDS, f"a follow-up {kind} of {name}")

    def do_replied(self, wanted: dict[str, str]) -> None:
        for name, question in wanted.items():
            look = partial(self._house.rows, SurveyReply, call_id=self._call(name), question=question)
            until(look, PATIENCE_SECONDS, f"{name}'s answer to {question}")

    def do_speaks_why(self, wanted: dict[str, float]) -> None:
        for name, seconds in wanted.items():
            call, folder = self._call(name), self._house.app.settings.spool / "survey"

            def enough(call: str = call, seconds: float = seconds) -> bool:
                files = folder.glob(f"*/{call}-*.wav")  # noqa: B023
                return any(file.stat().st_size >= seconds * BYTES_A_SECOND for file in files)

            until(enough, PATIENCE_SECONDS, f"{seconds:g} s of {name}'s reason")

    def do_types_pin(self, wanted: dict[str, str]) -> None:
        for name, box in wanted.items():
            self.parties[name].press(self._house.secret(f"mailbox/{box}") + "#")

    def do_types_room_pin(self, wanted: dict[str, str]) -> None:
        for name, secret in wanted.items():
            self.parties[name].press(self._house.secret(secret) + "#")

    def do_in_room(self, wanted: dict[str, int]) -> None:
        for room, count in wanted.items():

            def there(room: str = room, count: int = count) -> bool:
                told = self._house.run("conferences", "list", "--json")
                rows = json.loads(told[told.index("[\n") :]) if "[\n" in told else []
                return sum(row["members"] for row in rows if row["room"] == room) == count

            until(there, PATIENCE_SECONDS, f"{count} in room {room}")

    def do_room(self, wanted: dict[str, str]) -> None:
        for words, name in wanted.items():
            self._house.run("conferences", *words.split(), self.number[name])

    def do_box(self, wanted: dict[str, int]) -> None:
        for box, count in wanted.items():
            expect_survey.in_box(self._house, box, count)

    def _call(self, name: str) -> str:
        return expect.call_id(self._house, self.number[name])
