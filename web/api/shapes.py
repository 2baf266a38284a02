"""What the interface answers, as models: rows of tables as their columns are, and the commands' ``--json``."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from pydantic import BaseModel, create_model
from sqlalchemy import inspect

from schema.base import Base
from schema.calls import Call as CallRow
from schema.calls import CallbackRequest, Leg, Recording, Score, Step, Visit, VoicemailMessage
from schema.peers import LinkedCall
from schema.recordings import RecordingDecision
from schema.routing import Decision
from schema.surveys import SurveyReply
from schema.waiting import KeptPlace


@cache
def of_table(table: type[Base]) -> type[BaseModel]:
    """A model with the table's columns, as ``callcenter.calls.page.columns`` gives them."""
    fields: dict[str, Any] = {
        attribute.key: _field(attribute.columns[0]) for attribute in inspect(table).column_attrs
    }
    return create_model(f"{table.__name__}Row", __doc__=table.__doc__, **fields)


def _field(column: Any) -> tuple[Any, Any]:
    kind = column.type.python_type
    plain = {dict: Any, list: Any, dt.datetime: str}.get(kind, kind)
    return (plain | None, None) if column.nullable and plain is not Any else (plain, ...)


CallShort = of_table(CallRow)
CALLS: Any = list[CallShort]  # type: ignore[valid-type]
RECORDINGS: Any = list[of_table(Recording)]  # type: ignore[misc]


class Error(BaseModel):
    """Why it was not done: one sentence."""

    error: str


PARTS: dict[str, type[Base]] = {
    "routing": Decision,
    "steps": Step,
    "visits": Visit,
    "legs": Leg,
    "recordings": Recording,
    "decisions": RecordingDecision,
    "scores": Score,
    "voicemails": VoicemailMessage,
    "callbacks": CallbackRequest,
    "replies": SurveyReply,
    "kept_places": KeptPlace,
    "returned": CallRow,
    "linked": LinkedCall,
}
_fields: dict[str, Any] = {name: (list[of_table(table)], ...) for name, table in PARTS.items()}  # type: ignore[misc]
CallWhole: type[BaseModel] = create_model(
    "CallWhole",
    __base__=CallShort,
    __doc__="One call and everything kept of it, as ``hotline calls show --json`` prints it.",
    **_fields,
)


class Begun(BaseModel):
    """A call is on its way."""

    call_id: str


class CameTo(BaseModel):
    """What became of a call that was begun by a click."""

    call_id: str
    result: str | None
    """``answered``, else why not; null while that is open."""


class Done(BaseModel):
    """It was done to this call."""

    call_id: str
    done: str
    """transfer, consult, complete, cancel, add, survey, or the supervisor's deed."""
    seat: str | None = None
    """Of the agent whose talk it was."""
    to: str | None = None
    """The number, colleague or survey."""


class Talk(BaseModel):
    """An agent's talk whose recording was paused, or goes on."""

    call_id: str
    agent: str | None


class Agent(BaseModel):
    """An agent, as ``hotline agents list --json`` prints them."""

    agent: str
    title: str
    seat: str | None
    began_at: str | None
    state: str | None
    paused_reason: str | None
    since_at: str | None
    until_at: str | None


class AgentDone(BaseModel):
    """What was done to an agent."""

    agent: str
    said: str
    memberships_changed: int | None
    """In queues; null: Asterisk is away, and the queues follow when it is there."""


class Member(BaseModel):
    """An agent in a queue."""

    agent: str
    interface: str
    state: str
    paused_reason: str | None
    in_call: bool
    calls_taken: int
    last_call_at: dt.datetime | None
    penalty: int


class Waiting(BaseModel):
    """A caller in a queue."""

    position: int
    caller: str
    wait_s: int
    since_at: dt.datetime
    priority: int
    channel: str


class Queue(BaseModel):
    """A queue now, as ``hotline queues status --json`` prints it."""

    queue: str
    strategy: str | None
    waiting: int
    logged_in: int
    free: int
    members: list[Member]
    callers: list[Waiting]
