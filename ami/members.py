"""Queue members brought to agree with who is logged in.

app_queue's members are a copy: after a restart, a missed action or somebody's hand they may differ, so
they are compared and put right, and nothing is done to members that are not ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import structlog

from ami import actions
from callcenter.agents import AGENTS_CONTEXT, Membership

log = structlog.get_logger()
OURS = f"@{AGENTS_CONTEXT}/n"


class Manager(Protocol):
    """The two ways to ask a manager connection (``ami.connection.AmiConnection``)."""

    async def action(self, name: str, fields: actions.Fields) -> Mapping[str, str]: ...

    async def action_list(self, name: str, fields: actions.Fields) -> list[Mapping[str, str]]: ...


async def reconcile(manager: Manager, wanted: Iterable[Membership]) -> int:
    """Add, remove and pause until every queue has the wanted members. Gives the number of changes."""
    rows = await manager.action_list(*actions.queue_status())
    found = {
        (row["Queue"], row["Location"]): row
        for row in rows
        if row.get("Event") == "QueueMember" and row["Location"].endswith(OURS)
    }
    meant = {(member.queue, member.interface): member for member in wanted}
    wishes = [actions.queue_remove(queue, interface) for queue, interface in found.keys() - meant.keys()]
    wishes += [_add(member) for key, member in meant.items() if key not in found]
    wishes += [_pause(member) for key, member in meant.items() if _paused_wrongly(found.get(key), member)]
    for wish in wishes:
        answer = await manager.action(*wish)
        if answer.get("Response") != "Success":
            log.warning("members.refused", action=wish.name, answer=answer.get("Message"), fields=wish.fields)
    return len(wishes)


def _paused_wrongly(row: Mapping[str, str] | None, member: Membership) -> bool:
    if row is None:
        return member.paused_reason is not None
    return (row["Paused"] == "1") != (member.paused_reason is not None)


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
