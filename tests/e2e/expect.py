"""What a played case must have left, read back from the database, the ledger and the files.

Under ``seen``, for a caller: a table's name with the rows of the call in order, each as the columns that
matter (``calls`` has one); ``path``, the steps in order, where others may lie between; ``voicemail``, the
mailbox with a message of theirs; ``tones``, the recording's two sides in hertz, caller first; ``gap``, the
source of a gap that was noted and that touches the call; ``versions``, how many versions its steps are of;
``routed``, of its last decision, each as a piece of its text, and the destination as the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from lab import audio
from schema.base import Base
from schema.calls import Call, CallbackRequest, Gap, Leg, Recording, Score, Step, Visit
from schema.follow_ups import FollowUp
from schema.recordings import RecordingDecision
from schema.routing import Decision
from tests.e2e import expect_hands, expect_inside, expect_recording, expect_survey
from tests.e2e.expect_routing import routed
from tests.e2e.house import House
from tests.e2e.site_recording import MAY_BE_UNRECORDED
from tests.e2e.until import until

SETTLE_SECONDS = 20.0
"""How long after a call's end everything about it must be in its place."""
TABLES: dict[str, type[Base]] = {
    "calls": Call,
    "steps": Step,
    "visits": Visit,
    "recordings": Recording,
    "scores": Score,
    "callback_requests": CallbackRequest,
    "decisions": Decision,
    "follow_ups": FollowUp,
    **expect_survey.TABLES,
    "recording_decisions": RecordingDecision,
}
MOST_TALK_MISSING = 0.5


def call_id(house: House, number: str) -> str:
    """The id of this caller's one call."""
    return str(call(house, number).call_id)


def call(house: House, number: str) -> Call:
    """The caller's one call, up or over."""
    found: list[Call] = until(partial(house.calls_of, number), SETTLE_SECONDS, f"a call row of {number}")
    return found[0]


def closed_call(house: House, number: str) -> Call:
    """The caller's call, over and done with."""
    look = partial(house.calls_of, number, state="closed")
    found: list[Call] = until(look, SETTLE_SECONDS, f"a closed call row of {number}")
    return found[0]


def seen(house: House, number: str, wanted: Mapping[str, Any]) -> None:
    """Everything that the case says of this caller."""
    call = closed_call(house, number)
    for name, value in wanted.items():
        if name in TABLES:
            _rows(house, TABLES[name], call.call_id, value)
        else:
            SPECIAL[name](house, call, value)


def books_balance(house: House, numbers: list[str]) -> None:
    """Each caller: one closed call, one end in the ledger, one score a served visit, one file a talk."""
    for number in numbers:
        call = closed_call(house, number)
        assert len(house.calls_of(number)) == 1
        assert call.ended_at is not None
        if call.ended_by != "pbx_restart":
            assert len(house.ledger(eventtype="LINKEDID_END", linkedid=call.call_id)) == 1
        one_score_a_visit(house, call)
        one_recording_a_talk(house, call)


def one_score_a_visit(house: House, call: Call) -> None:
    """Every answered visit has exactly one score row."""
    served = [visit.number for visit in house.rows(Visit, call_id=call.call_id, outcome="answered")]
    look = partial(house.rows, Score, call_id=call.call_id)
    until(lambda: [score.visit for score in look()] == served, SETTLE_SECONDS, f"scores of visits {served}")


def one_recording_a_talk(house: House, call: Call) -> None:
    """Every agent leg that talked has one row and one file, as long as the talk."""
    legs = [leg for leg in house.rows(Leg, call_id=call.call_id, kind="agent") if leg.talk_ms]
    for leg in legs:
        row = recording(house, leg.uniqueid)
        if row.state == "not_recorded":
            assert row.queue in MAY_BE_UNRECORDED, row.reason
            continue
        assert row.state in ("ready", "truncated"), row.reason
        short = (leg.talk_ms + leg.hold_ms - row.duration_ms) / 1000
        if row.wanted_format is None and row.path.endswith(".wav"):
            short = (leg.talk_ms + leg.hold_ms) / 1000 - audio.read_wav(
                house.app.settings.recordings / row.path
            ).seconds
        assert row.state == "truncated" or abs(short) <= MOST_TALK_MISSING, f"{short:.3f} s of talk missing"


def recording(house: House, uniqueid: str) -> Recording:
    """The row of a leg's recording."""
    look = partial(house.rows, Recording, uniqueid=uniqueid)
    found: list[Recording] = until(look, SETTLE_SECONDS, f"a recording of leg {uniqueid}")
    return found[0]


def _rows(house: House, table: type[Base], call: str, wanted: Any) -> None:
    many = wanted if isinstance(wanted, list) else [wanted]

    def found() -> list[dict[str, Any]]:
        rows = house.rows(table, call_id=call)
        return [
            {key: getattr(row, key) for key in want} for row, want in zip(rows, many, strict=len(rows) != 0)
        ]

    def same() -> bool:
        return len(house.rows(table, call_id=call)) == len(many) and found() == many

    try:
        until(same, SETTLE_SECONDS, f"{table.__tablename__} of {call}")
    except AssertionError:
        rows = [vars(row) for row in house.rows(table, call_id=call)]
        raise AssertionError(f"{table.__tablename__}: wanted {many}, found {rows}") from None


def _path(house: House, call: Call, wanted: list[str]) -> None:
    def walked() -> bool:
        steps = iter([row.step for row in house.rows(Step, call_id=call.call_id)])
        return all(step in steps for step in wanted)

    until(walked, SETTLE_SECONDS, f"the way {wanted}")


def _voicemail(house: House, call: Call, mailbox: str) -> None:
    folder = house.asterisk.spool / "voicemail" / "hotline" / mailbox / "INBOX"

    def left() -> bool:
        return any(f"{call.caller}" in file.read_text() for file in folder.glob("msg*.txt"))

    until(left, SETTLE_SECONDS, f"a message of {call.caller} in {folder}")


def _tones(house: House, call: Call, wanted: list[float]) -> None:
    (row,) = house.rows(Recording, call_id=call.call_id)
    left, right = audio.read_wav(house.app.settings.recordings / row.path).channels
    theirs, ours = wanted
    assert audio.seconds_of(left, theirs) > 0.5, "the caller is not on the left"
    assert audio.seconds_of(right, ours) > 0.5, "the agent is not on the right"
    assert audio.seconds_of(left, ours) == audio.seconds_of(right, theirs) == 0.0


def _gap(house: House, call: Call, source: str) -> None:
    def noted() -> bool:
        return any(
            gap.began_at <= call.ended_at and gap.ended_at >= call.started_at
            for gap in house.rows(Gap, source=source)
        )

    until(noted, SETTLE_SECONDS, f"a gap of {source}")


def _versions(house: House, call: Call, wanted: int) -> None:
    assert len({step.version for step in house.rows(Step, call_id=call.call_id)}) == wanted


SPECIAL = {
    **expect_hands.SPECIAL,
    "path": _path,
    "voicemail": _voicemail,
    "tones": _tones,
    "gap": _gap,
    "versions": _versions,
    "routed": routed,
    **expect_survey.SPECIAL,
    **expect_recording.SPECIAL,
    **expect_inside.EXPECT,
}
