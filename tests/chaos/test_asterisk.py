"""Asterisk is killed with calls up, callers vanish without a word, and calls are believed up that are not."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial

import pytest

from recordings import naming, sound
from schema.calls import Call, Recording, Visit
from tests.chaos.conftest import ChaosHouse
from tests.chaos.load import all_agents_can_be_rung, left, load, none_open, nothing_lost, timed
from tests.chaos.results import Row
from tests.chaos.size import scaled
from tests.e2e.crowd import PLAYABLE, crowd
from tests.e2e.faults import Faults
from tests.e2e.telephony_site import CROWD
from tests.e2e.until import until

RATE = 10.0
TALK_SECONDS = 600.0
SILENCE_SECONDS = 60.0
"""What a trunk of the site allows (``silence_seconds``)."""
PLAYABLE_SECONDS = 60.0
RECORDED_SECONDS = 4.0


@pytest.mark.req("OPS-1", "REC-4")
def test_05_asterisk_killed_with_calls_up(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    times, calls = scaled(5, 1), scaled(50, CROWD)
    mine = row(
        "Asterisk killed (-9) with calls up", "all closed, agents back, recordings playable", f"×{times}"
    )
    mine.calls, mine.lost, recordings = 0, 0, 0
    with crowd(quiet_house, rings_ms=300, talk_seconds=TALK_SECONDS):
        for _ in range(times):
            with load(quiet_house, calls, RATE) as placed:
                until(lambda: placed.up() == calls, 60, "all calls are up")
                until(lambda: talking(quiet_house, placed.number), 60, "agents talk")
                until(partial(_recorded, quiet_house), 60, "every talk has some seconds on disk")
                talks = len(talking(quiet_house, placed.number))
                with Faults(quiet_house) as faults:
                    faults.asterisk_killed()
                    placed.run.stop(0.0)
                mine.recovered(timed(lambda: all_agents_can_be_rung(quiet_house), "agents are back"))
                mine.recovered(timed(none_open(quiet_house, placed.number), "all calls are closed"))
                timed(partial(_all_playable, quiet_house, placed.number, talks), "playable", PLAYABLE_SECONDS)
            rows = quiet_house.rows(Call, caller=placed.number, state="closed", ended_by="pbx_restart")
            mine.calls += calls
            mine.lost += abs(calls - len(rows))
            recordings += talks
    mine.left = left(quiet_house)
    mine.also["recordings playable"] = str(recordings)
    nothing_lost(mine)


def talking(house: ChaosHouse, number: str) -> list[Visit]:
    """The visits whose agent has answered."""
    ids = {call.call_id for call in house.rows(Call, caller=number)}
    return [visit for visit in house.rows(Visit, outcome="answered") if visit.call_id in ids]


def playable(house: ChaosHouse, number: str) -> list[Recording]:
    """Recordings with their files."""
    ids = {call.call_id for call in house.rows(Call, caller=number)}
    rows = [one for one in house.rows(Recording) if one.call_id in ids and one.state in PLAYABLE]
    return [one for one in rows if (house.app.settings.recordings / one.path).is_file()]


def _recorded(house: ChaosHouse) -> bool:
    """What was said in the last two seconds before a kill may be lost: each talk has more than that."""
    parts = list(naming.part_folder(house.app.settings.spool).glob("*.sln"))
    enough = RECORDED_SECONDS * sound.RATE
    return len(parts) >= CROWD and all(sound.frames(part) >= enough for part in parts)


def _all_playable(house: ChaosHouse, number: str, talks: int) -> bool:
    return len(playable(house, number)) >= talks


@pytest.mark.req("OPS-1")
def test_06_callers_vanish_without_a_word(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    calls = scaled(100, 20)
    mine = row(
        "callers vanish without BYE",
        f"0 channels {SILENCE_SECONDS:g} + 10 s later, all closed",
        f"{calls} at once",
    )
    with (
        crowd(quiet_house, rings_ms=300, talk_seconds=TALK_SECONDS),
        load(quiet_house, calls, RATE) as placed,
    ):
        until(lambda: placed.up() == calls, 120, "all calls are up")
        os.kill(placed.run.pid, signal.SIGKILL)
        placed.run.stop(0.0)
        gone = timed(lambda: not quiet_house.asterisk.channels(), "no channel is up", SILENCE_SECONDS + 30)
        timed(none_open(quiet_house, placed.number), "all calls are closed")
    rows = quiet_house.rows(Call, caller=placed.number, state="closed")
    mine.calls, mine.lost, mine.left = calls, abs(calls - len(rows)), left(quiet_house)
    mine.also["channels gone after"] = f"{gone:.0f} s"
    nothing_lost(mine)
    assert gone <= SILENCE_SECONDS + 10


GHOST = (
    "Event: Newchannel\r\nPrivilege: call,all\r\nTimestamp: {at:.6f}\r\nChannel: PJSIP/e1-{number:08x}\r\n"
    "ChannelState: 6\r\n"
    "ChannelStateDesc: Up\r\nCallerIDNum: {caller}\r\nCallerIDName: \r\nConnectedLineNum: \r\nConnectedLineName: \r\n"
    "Language: zh\r\nAccountCode: \r\nContext: hotline_in\r\nExten: 4009002000\r\nPriority: 1\r\n"
    "Uniqueid: {call}\r\nLinkedid: {call}\r\n\r\n"
)
FIXED_SECONDS = 60.0


@pytest.mark.usefixtures("phones")
@pytest.mark.req("OPS-1")
def test_07_ghost_calls(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    """Ten that the listener believes in and Asterisk has not, ten rows that nobody knows, ten it never heard of."""
    ghosts = scaled(10, 10)
    mine = row(
        "ghost calls each way",
        f"all put right within {FIXED_SECONDS:g} s",
        f"{ghosts} heard of, as many rows, unheard",
    )
    now = quiet_house.app.clock()
    heard = [f"e2e-{now.timestamp():.0f}.9{number:04}" for number in range(ghosts)]
    for number, call in enumerate(heard):
        event = GHOST.format(at=now.timestamp() - 10, number=number, caller="13600000001", call=call)
        quiet_house.line.say(event.encode())
    rows = [f"e2e-{now.timestamp():.0f}.8{number:04}" for number in range(ghosts)]
    with quiet_house.app.sessions().begin() as session:
        for call in rows:
            session.add(
                Call(
                    call_id=call,
                    direction="inbound",
                    trunk="e1",
                    did="4009002000",
                    caller="13600000002",
                    started_at=now,
                    answered_at=now,
                    ended_at=None,
                    state="open",
                    ended_by=None,
                    cause=None,
                )
            )
    until(
        lambda: len(quiet_house.rows(Call, caller="13600000001")) == ghosts, 20, "the ghosts are believed in"
    )
    quiet_house.line.fall_silent()
    with load(quiet_house, ghosts, RATE) as placed:
        until(lambda: placed.up() == ghosts, 30, "calls nobody hears of are up")
        quiet_house.line.speak()
        for name in ("13600000001", "13600000002"):
            mine.recovered(
                timed(none_open(quiet_house, name), f"ghosts of {name} are closed", FIXED_SECONDS + 5)
            )
        placed.over()
        timed(
            lambda: len(quiet_house.rows(Call, caller=placed.number, state="closed")) == ghosts,
            "unheard calls have rows",
            FIXED_SECONDS,
        )
    mine.calls, mine.lost, mine.left = 3 * ghosts, 0, left(quiet_house)
    assert (mine.left, mine.recovery is not None and mine.recovery <= FIXED_SECONDS) == (0, True)
