"""What the measurements of the limits are made of."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from bench import at_once, center, limits_page, load, page, past, startup, synthetic, whole_calls
from callcenter.settings import Settings
from schema.calls import Call, Recording, Score, Visit
from tests.databases import Sessions


def table(name: str, found: Mapping[str, Any]) -> str:
    """As it stands in the page."""
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in page.TABLES[name](found))


def step(rate: float, cpu: float, failed: int = 0, sound: float = 1.0) -> whole_calls.Step:
    return whole_calls.Step(
        rate, 10, failed, {}, sound, {"asterisk": cpu, "agi": 0.0, "ami": 0.0, "worker": 0.0}
    )


def test_the_highest_rate_is_one_without_failures_and_without_gaps() -> None:
    steps = [step(4, 50), step(8, 50), step(12, 50, failed=1), step(16, 50, sound=0.9)]
    assert whole_calls.highest(steps) == steps[1]
    assert whole_calls.highest(steps[2:]) is None


def test_cpu_is_compared_at_the_rates_that_both_held() -> None:
    steps = {"dialplan": [step(4, 50), step(8, 40), step(12, 30)], "hotline": [step(4, 100), step(8, 50)]}
    told = whole_calls.told(steps, load.Cores([0], [0]), 20)
    assert told["highest_rate"] == {"dialplan": 12, "hotline": 8}
    assert told["limit_found"] == {"dialplan": False, "hotline": False}
    assert told["rate_ratio"] is None
    assert told["cpu_ratios"] == [0.5, 0.8]


def test_rates_are_compared_once_both_sides_have_failed() -> None:
    steps = {
        "dialplan": [step(8, 40), step(12, 30), step(16, 30, failed=1), step(16, 30, failed=2)],
        "hotline": [step(8, 50), step(12, 60, sound=0.5), step(12, 60, failed=3)],
    }
    told = whole_calls.told(steps, load.Cores([0], [0]), 20)
    assert told["limit_found"] == {"dialplan": True, "hotline": True}
    assert told["rate_ratio"] == pytest.approx(0.667, abs=0.001)
    assert "| dialplan | 12 |" in table("whole_calls", told)


def test_growth_is_flat_within_a_tenth_of_the_first() -> None:
    cost = {"asterisk": 1.0, "agi": 1.0, "ami": 1.0, "worker": 0.0}
    told = {
        "seats": {
            "10": cost | {"all": 100.0},
            "1,000": cost | {"all": 109.0},
            "10,000": cost | {"all": 112.0},
        }
    }
    assert [row[-1] for row in limits_page.growth(told)[1:]] == ["yes", "yes", "no"]


def test_a_crowd_holds_only_when_all_were_there_and_nothing_is_missing() -> None:
    whole = at_once.Crowd(100, 100, 0, 1.0, {})
    assert whole.holds
    assert at_once.Crowd(100, 100, 0, None, {}).holds
    assert not at_once.Crowd(100, 99, 0, 1.0, {}).holds
    assert not at_once.Crowd(100, 100, 1, 1.0, {}).holds
    assert not at_once.Crowd(100, 100, 0, 0.9, {}).holds


def test_synthetic_calls_are_whole_calls_with_names_of_their_own() -> None:
    pieces = synthetic.captured()
    assert [piece.at for piece in pieces] == sorted(piece.at for piece in pieces)
    assert (pieces[0].at, pieces[-1].at) == (0.0, synthetic.LASTS_SECONDS)
    one, other = (
        b"".join(synthetic.copy_of(piece, number, 1_800_000_000, 1_800_000_000.5) for piece in pieces)
        for number in (1, 2)
    )
    assert synthetic.call_id(1, 1_800_000_000).encode() in one
    assert synthetic.call_id(1, 1_800_000_000).encode() not in other
    assert b"pbx1" not in one.replace(b"SystemName: pbx1", b"")
    assert b"1795313" not in one.replace(b"LoginTime: 1795313835", b"")


def test_synthetic_calls_are_told_in_order_and_at_their_rate() -> None:
    heard: dict[str, bytes] = {"ami": b"", "cel": b"", "queue_log": b""}

    def hear(where: str, text: bytes) -> None:
        heard[where] += text

    says = {where: lambda text, where=where: hear(where, text) for where in heard}
    told = list(synthetic.play(3, 10.0, 1_800_000_000, says))
    assert [each.number for each in told if each.last] == [0, 1, 2]
    assert heard["cel"].count(b'"LINKEDID_END"') == 3
    assert heard["ami"].count(b"Event: Newchannel") % 3 == 0
    assert heard["queue_log"].count(b"COMPLETEAGENT") == 3


def test_past_calls_are_whole(sessions: Sessions) -> None:
    with sessions() as session:
        past.past_calls(session.get_bind(), 30)
    with sessions() as session:
        tables = (Call, Visit, Score, Recording)
        assert [session.scalar(select(func.count()).select_from(table)) for table in tables] == [30] * 4


def test_the_first_answer_is_waited_for_through_a_house_that_is_not_there_yet() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.bind(("127.0.0.1", 0))
        settings = Settings(sip_host="127.0.0.1", sip_port=switch.getsockname()[1])

        def answer_the_third_try() -> None:
            for _ in range(3):
                invite, caller = switch.recvfrom(65536)
                assert invite.startswith(f"INVITE sip:{center.HOTLINE}@".encode())
            switch.sendto(b"SIP/2.0 200 OK\r\n\r\n", caller)

        threading.Thread(target=answer_the_third_try, daemon=True).start()
        assert startup.first_answer(settings, "one") >= 2 * startup.KNOCK_SECONDS


def test_no_bridge_of_one_run_of_synthetic_calls_is_one_of_the_next() -> None:
    pieces = [piece for piece in synthetic.captured() if b"Event: BridgeEnter" in piece.text]
    first, later = (synthetic.copy_of(pieces[0], 5, since, since) for since in (1_800_000_000, 1_800_000_040))
    bridge = b"BridgeUniqueid: "
    assert first.split(bridge)[1][:36] != later.split(bridge)[1][:36]
