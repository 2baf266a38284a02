"""Queue members brought to agree with who is logged in.

app_queue's members are a copy: after a restart, a missed action or somebody's hand they may differ, so
they are compared and put right, and nothing is done to members that are not ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import structlog

from ami import actions
from callcenter.agents.seating import AGENTS_CONTEXT, Membership

log = structlog.get_logger()
OURS = f"@{AGENTS_CONTEXT}/n"
Members = Mapping[tuple[str, str], Mapping[str, str]]
"""Queue and interface: the member's row."""


class Manager(Protocol):
    """The two ways to ask a manager connection (``ami.connection.AmiConnection``)."""

    async def action(self, name: str, fields: actions.Fields) -> Mapping[str, str]: ...

    async def action_list(self, name: str, fields: actions.Fields) -> Sequence[Mapping[str, str]]: ...


async def reconcile(manager: Manager, wanted: Callable[[], Iterable[Membership]]) -> int:
    """Add, remove, pause and weigh until every queue has the wanted members. Gives the number of changes.

    ``wanted`` may block, and is asked after the queues: of an agent who logs in meanwhile it is better to
    add the member twice, which Asterisk refuses, than to remove it.
    """
    rows = await manager.action_list(*actions.queue_status())
    found = {
        (row["Queue"], row["Location"]): row
        for row in rows
        if row.get("Event") == "QueueMember" and row["Location"].endswith(OURS)
    }
    queues = {row["Queue"] for row in rows if row.get("Event") == "QueueParams"}
    members = await asyncio.to_thread(lambda: list(wanted()))
    done = 0
    for wish in _wishes(found, {(one.queue, one.interface): one for one in members if one.queue in queues}):
        answer = await manager.action(*wish)
        done += answer.get("Response") == "Success"
        if answer.get("Response") != "Success":
            log.warning("members.refused", action=wish.name, answer=answer.get("Message"), fields=wish.fields)
    return done


async def take_out(manager: Manager, agent: str) -> None:
    """Remove an agent from all queues, so that what is put in again has no wrap-up left."""
    rows = await manager.action_list(*actions.queue_status())
    for row in rows:
        if row.get("Event") == "QueueMember" and row["Location"].endswith(OURS) and row["Name"] == agent:
            await manager.action(*actions.queue_remove(row["Queue"], row["Location"]))


def _wishes(found: Members, meant: Mapping[tuple[str, str], Membership]) -> list[actions.Action]:
    """What has to be done; a member that is there is never taken out and put in again: it would lose its place."""
    wishes = [actions.queue_remove(queue, interface) for queue, interface in found.keys() - meant.keys()]
    wishes += [_add(member) for key, member in meant.items() if key not in found]
    wishes += [_pause(member) for key, member in meant.items() if _paused_wrongly(found.get(key), member)]
    wishes += [
        actions.queue_penalty(member.queue, member.interface, member.penalty)
        for key, member in meant.items()
        if key in found and found[key]["Penalty"] != str(member.penalty)
    ]
    return wishes


def _paused_wrongly(row: Mapping[str, str] | None, member: Membership) -> bool:
    if row is None:
        return member.paused_reason is not None
    paused = row["Paused"] == "1"
    other = paused and row.get("PausedReason", "") != member.paused_reason
    return paused != (member.paused_reason is not None) or other


def _add(member: Membership) -> actions.Action:
    return actions.queue_add(
        member.queue,
        member.interface,
        member_name=member.name,
        state_interface=member.state_interface,
        penalty=member.penalty,
    )


def _pause(member: Membership) -> actions.Action:
    paused = member.paused_reason is not None
    return actions.queue_pause(
        member.interface, paused=paused, queue=member.queue, reason=member.paused_reason or ""
    )
