"""Keeps the live state of the queues with the manager connection: events at once, a snapshot when one is due."""

from __future__ import annotations

import structlog

from ami import actions
from ami.members import Manager
from ami.protocol import Message
from callcenter.ports import Clock
from callcenter.queues.live import LiveQueues

log = structlog.get_logger()


class QueueState:
    """``live`` is what is known; without a connection nothing is, and ``is_known`` false.

    ``hear`` is called by the manager's reader, before anybody else can wait: no event is newer than the state.
    """

    def __init__(self, clock: Clock) -> None:
        self.live = LiveQueues()
        self.is_known = False
        self._clock = clock

    def hear(self, message: Message) -> None:
        """Take in an event; one that cannot be understood only makes a snapshot due."""
        try:
            self.live.hear(message)
        except (KeyError, ValueError):
            self.live.doubt = True

    @property
    def is_doubtful(self) -> bool:
        """Something was heard that does not fit: a snapshot is due."""
        return self.is_known and self.live.doubt

    async def refresh(self, manager: Manager) -> bool:
        """Ask Asterisk, put right what differs. False if something did. Raises Unreachable, ActionFailed."""
        self.live.ask()
        rows = await manager.action_list(*actions.queue_status())
        same = self.live.replace(rows, self._clock())
        if self.is_known and not same:
            log.warning("queues.put_right")
        self.is_known = True
        return same
