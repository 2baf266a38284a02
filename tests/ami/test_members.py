"""Queues come to agree with who is logged in, and nobody else's members are touched."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence

import pytest

from ami.actions import Fields
from ami.members import reconcile
from callcenter.agents.seating import Membership, interface

pytestmark = [pytest.mark.req("ACD-1")]
Row = dict[str, str]


def member(agent: str, queue: str = "care", penalty: int = 0, paused: str | None = None) -> Membership:
    return Membership(queue, interface(agent, f"s{agent}"), agent, f"PJSIP/s{agent}", penalty, paused)


class Queues:
    """app_queue behind a manager interface, as far as members go."""

    def __init__(self, *names: str) -> None:
        self.members: dict[tuple[str, str], Row] = {}
        self.names = names
        self.done: list[str] = []

    def have(self, *members: Membership) -> Queues:
        for one in members:
            self.add(one.queue, one.interface, str(one.penalty))
            self.pause(one.queue, one.interface, one.paused_reason)
        return self

    def add(self, queue: str, location: str, penalty: str = "0") -> None:
        row = {
            "Event": "QueueMember",
            "Queue": queue,
            "Location": location,
            "Paused": "0",
            "PausedReason": "",
        }
        self.members[queue, location] = row | {"Penalty": penalty}

    def pause(self, queue: str, location: str, reason: str | None) -> None:
        paused = {"Paused": str(int(reason is not None)), "PausedReason": reason or ""}
        self.members[queue, location] |= paused

    async def action_list(self, name: str, fields: Fields) -> Sequence[Mapping[str, str]]:
        assert name == "QueueStatus"
        params = [{"Event": "QueueParams", "Queue": queue} for queue in self.names]
        return [*params, *(dict(row) for row in self.members.values())]

    async def action(self, name: str, fields: Fields) -> Mapping[str, str]:
        self.done.append(name)
        key = str(fields["Queue"]), str(fields["Interface"])
        if name == "QueueAdd":
            if key in self.members:
                return {"Response": "Error", "Message": "Unable to add interface: Already there"}
            self.add(*key, str(fields["Penalty"]))
        elif key not in self.members:
            return {"Response": "Error", "Message": "Interface not found"}
        elif name == "QueueRemove":
            del self.members[key]
        elif name == "QueuePause":
            self.pause(*key, str(fields["Reason"]) if fields["Paused"] == "true" else None)
        elif name == "QueuePenalty":
            self.members[key]["Penalty"] = str(fields["Penalty"])
        return {"Response": "Success"}


def agree(queues: Queues, *wanted: Membership) -> int:
    return asyncio.run(reconcile(queues, lambda: wanted))


def test_after_a_restart_everybody_logged_in_is_a_member_again() -> None:
    queues = Queues("care", "sales")
    everybody = [member("1001"), member("1001", "sales", penalty=2), member("1002", paused="lunch")]
    assert agree(queues, *everybody) == 4
    assert agree(queues, *everybody) == 0
    assert queues.members == Queues().have(*everybody).members


def test_who_logged_out_is_removed_and_a_member_added_by_hand_stays() -> None:
    queues = Queues("care").have(member("1001"))
    queues.add("care", "PJSIP/boss")
    assert agree(queues) == 1
    assert list(queues.members) == [("care", "PJSIP/boss")]


def test_a_pause_and_a_penalty_are_put_right_without_taking_the_member_out() -> None:
    queues = Queues("care").have(member("1001", paused="lunch"))
    assert agree(queues, member("1001", penalty=3)) == 2
    assert sorted(queues.done) == ["QueuePause", "QueuePenalty"]


def test_another_reason_for_the_same_pause_is_told() -> None:
    queues = Queues("care").have(member("1001", paused="lunch"))
    assert agree(queues, member("1001", paused="training")) == 1
    assert agree(queues, member("1001", paused="training")) == 0


def test_a_queue_that_is_not_live_yet_is_no_fault() -> None:
    assert agree(Queues("care"), member("1001", "next_week")) == 0


def test_an_agent_who_logs_in_meanwhile_is_not_removed() -> None:
    """His command writes the database and then adds him, between our look at the queues and at the database."""
    queues = Queues("care")

    def wanted() -> list[Membership]:
        queues.have(member("1001"))
        return [member("1001")]

    assert asyncio.run(reconcile(queues, wanted)) == 0
    assert list(queues.members) == [("care", member("1001").interface)]


def test_the_database_is_asked_beside_the_loop() -> None:
    asked_in: list[threading.Thread] = []

    def wanted() -> list[Membership]:
        asked_in.append(threading.current_thread())
        return []

    asyncio.run(reconcile(Queues("care"), wanted))
    assert asked_in != [threading.main_thread()]
