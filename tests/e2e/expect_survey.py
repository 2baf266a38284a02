"""What surveys must have left: see ``tests/e2e/expect.py``.

``mailed``         the address that got one mail with the caller's message
``spoken_reason``  the tone heard in the caller's recorded reason, and for how many seconds at least
"""

from __future__ import annotations

from typing import Any

from lab import audio
from schema.calls import Call, VoicemailMessage
from schema.surveys import Notice, SurveyReply
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


def mailed(house: House, call: Call, address: str) -> None:
    """One mail with one sound has gone to the address about this caller's number."""

    def letters() -> list[Any]:
        about = f"from {call.caller}"
        return [one for one in house.letters if one["To"] == address and about in one["Subject"]]

    [letter] = until(letters, SETTLE_SECONDS, f"a mail about {call.caller}")
    [sound] = letter.iter_attachments()
    assert sound.get_content()[:4] == b"RIFF"
    until(lambda: house.rows(Notice, key=_message(house, call), state="sent"), SETTLE_SECONDS, "it is noted")


def in_box(house: House, box: str, count: int) -> None:
    """So many messages are in the box, as Asterisk's spool has it."""
    folder = house.asterisk.spool / "voicemail" / "hotline" / box / "INBOX"
    until(
        lambda: len(list(folder.glob("msg*.txt"))) == count, SETTLE_SECONDS, f"{count} messages in {folder}"
    )


def _message(house: House, call: Call) -> str:
    return str(house.rows(VoicemailMessage, call_id=call.call_id)[0].message_id)


TABLES = {"survey_replies": SurveyReply}
SPECIAL = {"spoken_reason": spoken_reason, "mailed": mailed}
