"""Rows that are open though no such call is are closed, and no others."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import select

from ami import actions
from ami.forgotten_rows import YOUNG, ForgottenRows
from callcenter.errors import Unreachable
from schema.calls import Call, Gap, Visit
from tests.ami.following import LATER, Following
from tests.ami.ledgers import Ledgers, copy_of
from tests.databases import Sessions

GHOST, TALKING, FRESH, ELSEWHERE = "pbx1-1.1", "pbx1-1.2", "pbx1-1.3", "pbx2-1.4"
KNOWN = "pbx1-1795313835.0"
"""The captured call's."""


class Channels:
    """The manager interface of an Asterisk that has these channels; None: it is away."""

    def __init__(self, *up: str | None) -> None:
        self._up = up

    async def action(self, name: str, fields: actions.Fields) -> Mapping[str, str]:
        raise AssertionError(name)

    async def action_list(self, name: str, fields: actions.Fields) -> Sequence[Mapping[str, str]]:
        if None in self._up:
            raise Unreachable("Asterisk is away")
        return [
            {"Event": "CoreShowChannel", "Uniqueid": one or "", "Linkedid": one or ""} for one in self._up
        ]


def plant(sessions: Sessions, call_id: str, ago: dt.timedelta) -> None:
    with sessions.begin() as session:
        session.add(Call(call_id=call_id, direction="inbound", started_at=LATER - ago, state="open"))
        session.add(Visit(call_id=call_id, number=1, queue="care", joined_at=LATER - ago))


def look(following: Following, sessions: Sessions, channels: Channels) -> int:
    async def beside_the_listener() -> int:
        stop = asyncio.Event()
        listening = asyncio.create_task(following.listener.run(stop))
        rows = ForgottenRows(channels, following.listener, sessions, "pbx1", lambda: LATER)
        try:
            return await rows.look()
        finally:
            stop.set()
            await listening

    return asyncio.run(beside_the_listener())


@pytest.mark.req("OPS-1")
def test_what_is_open_and_nowhere_to_be_found_is_closed_and_written_down(
    sessions: Sessions, ledgers: Ledgers
) -> None:
    following = Following(sessions, ledgers)
    started = copy_of("survey", 0, "ami.txt").partition(b"Event: Hangup")[0]
    following.hear(started)
    following.round()
    long_ago = dt.timedelta(hours=1)
    for call_id in (GHOST, TALKING, ELSEWHERE):
        plant(sessions, call_id, long_ago)
    plant(sessions, FRESH, YOUNG / 2)
    assert look(following, sessions, Channels(TALKING)) == 1
    with sessions() as session:
        states = {call.call_id: (call.state, call.ended_by) for call in session.scalars(select(Call))}
        outcomes = {visit.call_id: visit.outcome for visit in session.scalars(select(Visit))}
        gaps = [(gap.began_at, gap.found) for gap in session.scalars(select(Gap))]
    assert states.pop(GHOST) == ("closed", "pbx_restart")
    assert KNOWN in states
    assert set(states.values()) == {("open", None)}
    assert (outcomes[GHOST], outcomes[TALKING]) == ("lost", None)
    assert gaps[-1] == (LATER - long_ago, {"forgotten": 1})
    assert look(following, sessions, Channels(TALKING)) == 0


@pytest.mark.req("OPS-1")
def test_nothing_is_closed_while_asterisk_cannot_be_asked(sessions: Sessions, ledgers: Ledgers) -> None:
    following = Following(sessions, ledgers)
    plant(sessions, GHOST, dt.timedelta(hours=1))
    with pytest.raises(Unreachable):
        look(following, sessions, Channels(None))
    with sessions() as session:
        assert session.scalars(select(Call.state)).all() == ["open"]
