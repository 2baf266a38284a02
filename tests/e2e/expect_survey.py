"""What surveys must have left: see ``tests/e2e/expect.py``.

``spoken_reason``  the tone heard in the caller's recorded reason, and for how many seconds at least
"""

from __future__ import annotations

from typing import Any

from lab import audio
from schema.calls import Call
from schema.surveys import SurveyReply
from tests.e2e.house import House
from tests.e2e.until import until

SETTLE_SECONDS = 20.0


def spoken_reason(house: House, call: Call, wanted: dict[str, float]) -> None:
    """The caller's own words are in a file that the reply names."""

    def files() -> list[Any]:
        return [row.message for row in house.rows(SurveyReply, call_id=call.call_id, question="why")]

    [path] = until(files, SETTLE_SECONDS, "the reason's file")
    sound = audio.read_wav(house.app.settings.spool / path)
    assert audio.seconds_of(sound.channels[0], wanted["hz"]) >= wanted["seconds"]


TABLES = {"survey_replies": SurveyReply}
SPECIAL = {"spoken_reason": spoken_reason}
