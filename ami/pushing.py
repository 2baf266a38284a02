"""An agent sends the caller to the survey, by command or by a key in the call.

A queue's caller with one agent goes on as if that agent had hung up: the queue asks its own survey. Any other
(passed on, a third in the call, a queue without a survey, no queue) is taken out to the survey's own context.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from ami import actions
from ami.hands import Hands
from ami.members import Manager
from callcenter.agents.conversation import Conversation, conversation
from callcenter.errors import HotlineError, NotFound
from callcenter.site import Site

if TYPE_CHECKING:
    from ami.wishes import Tools

log = structlog.get_logger()
SURVEY_CONTEXT = "hotline_survey"
Message = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Push:
    """What to do: end the agent's leg, or send a channel to the survey of this name."""

    channel: str
    survey: str = ""


def decide(talk: Conversation, queue: str | None, site: Site, wanted: str | None = None) -> Push:
    """``queue``: where the caller still is; ``wanted``: another survey than the queue's. Raises HotlineError."""
    seats = {seat.name for seat in site.seats}
    ours, party = talk.colleague(seats), talk.party(seats)
    if queue is None and party.endpoint in seats:
        raise HotlineError(f"in call {talk.call_id} only phones of the house talk: nobody is asked")
    own = next((one.survey for one in site.queues if one.name == queue), None)
    if own and wanted in (None, own) and len(talk.joined) == 1:
        return Push(ours.name)
    survey = wanted or own or next((one.name for one in site.surveys), "")
    if survey not in {one.name for one in site.surveys}:
        raise NotFound(f"there is no survey {survey}" if survey else "the site has no survey")
    return Push(party.name, survey)


class Pushing:
    """Over one manager connection. ``site`` blocks."""

    def __init__(self, manager: Manager, site: Callable[[], Site]) -> None:
        self._manager = manager
        self._site = site

    async def push(self, call_id: str, wanted: str | None = None) -> Push:
        """The caller of this call is asked now. Raises HotlineError."""
        rows = await self._manager.action_list(*actions.show_channels())
        talk = conversation(await Hands(self._manager).channels(), call_id)
        site = await asyncio.to_thread(self._site)
        push = decide(talk, _queue_of(rows, talk.caller.name), site, wanted)
        action = (
            actions.redirect(push.channel, context=SURVEY_CONTEXT, exten=push.survey)
            if push.survey
            else actions.hangup(push.channel)
        )
        answer = await self._manager.action(*action)
        if answer.get("Response") != "Success":
            raise HotlineError(f"call {call_id}: Asterisk says {answer.get('Message', 'nothing')}")
        log.info("survey.pushed", call=call_id, survey=push.survey or "the queue's")
        return push


async def pushed(tools: Tools, message: Message) -> None:
    """An agent pressed the key (``dialplan_templates/features``)."""
    await Pushing(tools.phone, tools.site).push(message["Linkedid"])


def _queue_of(rows: Collection[Message], channel: str) -> str | None:
    row = next((row for row in rows if row.get("Channel") == channel), {})
    if row.get("Application") != "Queue":
        return None
    return row.get("ApplicationData", "").partition(",")[0]
