"""What surveys must have left: see ``tests/e2e/expect.py``.

``mailed``         the address that got one mail with the caller's message
``conference``     of its conference: ``members``, whether the caller is ``host``, tones ``heard`` in the recording
``surveyed``       how often the caller was asked
``texts``          how many messages went to the caller's number
``spoken_reason``  the tone heard in the caller's recorded reason, and for how many seconds at least
"""

from __future__ import annotations

from typing import Any

from lab import audio
from schema.calls import Call, SurveyAnswer, VoicemailMessage
from schema.conferences import Conference, ConferenceMember
from schema.surveys import Notice, SurveyReply
from tests.e2e.house import House
from tests.e2e.until import until

SETTLE_SECONDS = 20.0
WINDOW = 1600
"""Samples: 0.2 s."""


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


def conference(house: House, call: Call, wanted: dict[str, Any]) -> None:
    """The conference the caller was in: how many were, who was host, and whom its recording has."""

    def over() -> Any:
        mine = house.rows(ConferenceMember, call_id=call.call_id)
        found = house.rows(Conference, bridge=mine[0].bridge) if mine else []
        return found[0] if found and found[0].ended_at else None

    row = until(over, SETTLE_SECONDS, f"the conference of {call.caller}")
    members = house.rows(ConferenceMember, bridge=row.bridge)
    assert len({member.call_id for member in members}) == len(members) == wanted["members"]
    assert [member.number for member in members if member.host] == [call.caller] * wanted["host"]
    file = house.app.settings.spool / str(row.recording)
    until(file.exists, SETTLE_SECONDS, f"{file}")
    [samples] = audio.read_wav(file).channels
    for hertz in wanted["heard"]:
        share = max(audio.share(samples[at : at + WINDOW], hertz) for at in range(0, len(samples), WINDOW))
        assert share > 0.2, f"{hertz} Hz is not in {file}: {share:.2f} of what is loudest there"


def surveyed(house: House, call: Call, times: int) -> None:
    """As often as this, counted when the score is there: so name it after the scores."""
    until(lambda: house.rows(SurveyAnswer, call_id=call.call_id), SETTLE_SECONDS, "the caller's answer")
    assert len(house.rows(SurveyAnswer, call_id=call.call_id)) == times


def texts(house: House, call: Call, count: int) -> None:
    """As many messages as this; name it after what makes sure that they have come."""
    assert len([one for one in house.messages if one.fields["number"] == call.caller]) == count


def _message(house: House, call: Call) -> str:
    return str(house.rows(VoicemailMessage, call_id=call.call_id)[0].message_id)


TABLES = {"survey_replies": SurveyReply}
SPECIAL = {
    "spoken_reason": spoken_reason,
    "mailed": mailed,
    "conference": conference,
    "surveyed": surveyed,
    "texts": texts,
}
