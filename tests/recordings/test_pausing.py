"""A pause is in the database before Asterisk is told, and ends by hand, by time, or with the leg."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Coroutine
from typing import Any

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from callcenter.errors import HotlineError
from recordings.pausing import Pausing, Refused
from schema.calls import Call, Leg
from schema.config import Audit
from schema.recordings import RecordingPause
from tests.recordings.spool import AT, Spool

pytestmark = [pytest.mark.req("REC-2")]
LEG, CALL = "leg.1", "call-leg.1"
KEY = {"Uniqueid": LEG, "Channel": "PJSIP/a1-1"}


class House:
    """A talk that is up, and a clock that stands."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.now = AT + dt.timedelta(seconds=10)
        self.pausing = Pausing(
            spool.phone, spool.sessions, spool.sessions, lambda: spool.policy.site, lambda: self.now
        )
        self.talk = spool.talked(LEG, 60_000)
        with spool.sessions.begin() as session:
            session.execute(update(Leg).values(ended_at=None))
            session.execute(update(Call).values(state="open"))

    @property
    def talk_channel(self) -> str:
        with self.spool.sessions() as session:
            return session.scalars(select(Leg.channel)).one()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        with capture_logs():
            return asyncio.run(work)

    def after(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)

    def rows(self) -> list[tuple[float, float | None, str, str | None]]:
        with self.spool.sessions() as session:
            rows = session.scalars(select(RecordingPause).order_by(RecordingPause.id)).all()
        return [(_second(row.began_at), _second(row.ended_at), row.by, row.ended_by) for row in rows]

    def said(self) -> list[str]:
        """What Asterisk was told: 1 for silence, 0 for its end."""
        return [fields["State"] for name, fields in self.spool.phone.wishes if name == "MixMonitorMute"]


def _second(moment: dt.datetime | None) -> Any:
    return None if moment is None else (moment - AT).total_seconds()


@pytest.fixture
def house(spool: Spool) -> House:
    return House(spool)


@pytest.mark.parametrize("subject", [CALL, LEG, "1001"])
def test_a_call_a_leg_or_an_agent_is_paused_and_resumed(subject: str, house: House) -> None:
    house.do(house.pausing.pause(subject, "li"))
    house.after(5)
    house.do(house.pausing.resume(subject, "wang"))
    assert house.rows() == [(10, 15, "li", "wang")]
    assert house.said() == ["1", "0"]


@pytest.mark.parametrize("subject", ["call-other", "9999", ""])
def test_what_does_not_talk_is_neither_paused_nor_resumed(subject: str, house: House) -> None:
    assert house.do(house.pausing.pause(subject, "li")) == []
    assert house.do(house.pausing.resume(subject, "li")) == []
    assert (house.rows(), house.said()) == ([], [])


def test_paused_twice_it_is_one_pause_from_the_first_moment(house: House) -> None:
    house.do(house.pausing.pause(CALL, "li"))
    house.after(5)
    house.do(house.pausing.pause(LEG, "wang"))
    assert house.rows() == [(10, None, "li", None)]


def test_the_key_begins_and_ends_a_pause_and_says_who(house: House) -> None:
    house.do(house.pausing.toggle(KEY))
    house.after(3)
    house.do(house.pausing.toggle(KEY))
    assert house.rows() == [(10, 13, "agent 1001", "agent 1001")]


def test_nobody_ends_it_so_its_time_does_even_after_a_new_start(house: House) -> None:
    house.do(house.pausing.pause(CALL, "li"))
    other = Pausing(
        house.spool.phone,
        house.spool.sessions,
        house.spool.sessions,
        lambda: house.spool.policy.site,
        lambda: house.now,
    )
    house.after(119)
    house.do(other._look())
    assert house.rows() == [(10, None, "li", None)]
    house.after(1)
    house.do(other._look())
    assert house.rows() == [(10, 130, "li", "time")]
    assert house.said() == ["1", "0"]


def test_what_asterisk_refuses_is_told_and_is_no_gap(house: House) -> None:
    async def refuse(name: str, fields: Any) -> dict[str, str]:
        return {"Response": "Error", "Message": "No such channel"}

    house.spool.phone.action = refuse  # type: ignore[method-assign]
    with pytest.raises(Refused, match="No such channel"):
        house.do(house.pausing.pause(CALL, "li"))
    house.spool.record(LEG, 60_000)
    house.do(house.spool.capture.finish(house.talk))
    assert house.spool.rows()[0].gaps is None


def test_a_pause_that_lasts_ends_with_the_recording_and_is_in_its_row(house: House) -> None:
    house.do(house.pausing.pause(CALL, "li"))
    house.spool.record(LEG, 60_000)
    house.do(house.spool.capture.finish(house.talk))
    moments = [(AT + dt.timedelta(seconds=s)).isoformat(timespec="milliseconds") for s in (10, 60)]
    gap = {"from": moments[0], "to": moments[1], "by": "li", "ended_by": "end"}
    assert house.spool.rows()[0].gaps == [gap]


def test_a_leg_that_joins_a_paused_call_begins_silent_and_ends_with_it(house: House) -> None:
    new = {"Uniqueid": "leg.2", "Linkedid": CALL, "Channel": "PJSIP/a2-1"}

    async def joins() -> None:
        await house.pausing.pause(CALL, "li")
        house.after(100)
        house.pausing.hear_start(new)
        house.pausing.hear_start({**new, "Linkedid": "another"})
        while house.pausing._tasks:
            await asyncio.sleep(0)

    house.do(joins())
    assert house.rows() == [(10, None, "li", None), (110, None, "li", None)]
    house.after(20)
    house.do(house.pausing._look())
    assert [row[1] for row in house.rows()] == [130, 130]


def test_who_paused_is_in_the_audit_log_by_key_by_command_and_by_time(house: House) -> None:
    house.do(house.pausing.toggle(KEY))
    house.do(house.pausing.resume(CALL, "wang"))
    house.do(house.pausing.toggle(KEY))
    house.after(121)
    house.do(house.pausing._look())
    with house.spool.sessions() as session:
        rows = [
            (row.by, row.action, row.subject) for row in session.scalars(select(Audit).order_by(Audit.id))
        ]
    assert rows == [
        ("agent 1001", "recording.pause", LEG),
        ("wang", "recording.resume", LEG),
        ("agent 1001", "recording.pause", LEG),
        ("time", "recording.resume", LEG),
    ]


def test_the_agent_is_reminded_once_shortly_before_a_pause_ends_by_itself(house: House) -> None:
    told: list[str] = []

    async def remind(channel: str) -> None:
        told.append(channel)
        raise HotlineError("nobody there")

    house.pausing._remind = remind
    house.do(house.pausing.pause(CALL, "li"))
    house.after(116)
    house.do(house.pausing._look())
    assert told == []
    house.after(1)
    house.do(house.pausing._look())
    house.do(house.pausing._look())
    assert told == [house.talk_channel]
    assert house.said() == ["1"]


def test_of_a_call_some_legs_may_not_be_recorded(house: House) -> None:
    """An agent who calls is a leg of the call as well."""
    with house.spool.sessions.begin() as session:
        leg = session.scalars(select(Leg)).one()
        columns = {column.key: getattr(leg, column.key) for column in Leg.__table__.columns}
        session.add(Leg(**columns | {"uniqueid": "leg.0", "kind": "caller", "channel": "PJSIP/a0-1"}))

    async def only_one(name: str, fields: Any) -> dict[str, str]:
        return {"Response": "Error" if fields["Channel"] == "PJSIP/a0-1" else "Success"}

    house.spool.phone.action = only_one  # type: ignore[method-assign]
    assert [talk.uniqueid for talk in house.do(house.pausing.pause(CALL, "li"))] == [LEG]
