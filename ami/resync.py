"""After any time without a manager connection: what is known is held against what Asterisk says.

Channels that are gone without the ledger having seen their end went with an Asterisk that was killed: their
calls are closed as ``pbx_restart``. Queue members are put right, their phones asked. The gap is written down.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from ami import actions
from ami.listener import Listener
from ami.members import Manager, reconcile
from callcenter.agents.seating import Membership
from callcenter.events import CallVanished
from callcenter.journey import Journey

log = structlog.get_logger()
QUIET = dt.timedelta(seconds=3)
"""A channel younger than this may be missing from the list because it was made while the list was."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a resync put right. ``young``: calls that are not on the list, but too new to be called gone."""

    vanished: int
    members: int
    young: int


class Resync:
    """Compares one Asterisk with the listener's book. ``members`` gives the memberships there should be."""

    def __init__(
        self, manager: Manager, listener: Listener, members: Callable[[], Iterable[Membership]]
    ) -> None:
        self._manager = manager
        self._listener = listener
        self._members = members

    async def run(self, now: dt.datetime, ended_at: dt.datetime | None = None) -> Found:
        """Put right what differs. ``ended_at``: when calls that are gone ended, if it is known.

        Raises Unreachable, ActionFailed, and what the database of the members raises.
        """
        vanished, young = await self._close_what_is_gone(now, ended_at)
        changes = await reconcile(self._manager, self._members)
        if ended_at is not None:
            await self._qualify()
        if vanished or changes:
            log.warning("resync.put_right", vanished=vanished, members=changes)
        return Found(vanished, changes, young)

    async def _qualify(self) -> None:
        """An Asterisk that was restarted calls every phone unavailable until it has asked it: it asks at once."""
        members = await asyncio.to_thread(lambda: list(self._members()))
        for endpoint in sorted({member.state_interface.removeprefix("PJSIP/") for member in members}):
            await self._manager.action(*actions.qualify(endpoint))

    async def _close_what_is_gone(self, now: dt.datetime, ended_at: dt.datetime | None) -> tuple[int, int]:
        rows = await self._manager.action_list(*actions.show_channels())
        up = {row["Uniqueid"] for row in rows if "Uniqueid" in row}
        await self._listener.caught_up()
        book = self._listener.book
        missing = [one for one in book.open_calls() if one.legs_up and not one.legs_up & up]
        gone = [journey for journey in missing if now - journey.last_at > QUIET]
        for journey in gone:
            book.add(_vanished(journey, ended_at))
        return len(gone), len(missing) - len(gone)


def _vanished(journey: Journey, ended_at: dt.datetime | None) -> CallVanished:
    at = journey.last_at if ended_at is None else max(journey.last_at, ended_at)
    return CallVanished(at, "snapshot", min(journey.legs_up), None)
