"""What may stand in a path or a body: nothing that could mean something else further on. Anything else is 422."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from callcenter.agents.supervision import Deed
from callcenter.site.words import Extension, Name, Number


def _text(pattern: str) -> StringConstraints:
    return StringConstraints(pattern=pattern, max_length=80)


CallId = Annotated[str, _text(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$"), Path(description="the call's id")]
Subject = Annotated[
    str, _text(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$"), Path(description="a call's id, or an agent's number")
]
CallRef = Annotated[
    str | None, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$", description="a call's id")
]
AgentRef = Annotated[str | None, Query(pattern=r"^[0-9]{2,8}$", description="an agent's number")]
AgentNumber = Annotated[Extension, Path(description="the agent's number")]
Dialled = Annotated[str, _text(r"^\+?[0-9*#]{1,32}$")]
"""As it would be dialled at a seat, feature codes and mailboxes included."""
Limit = Annotated[int, Query(ge=1, le=500, description="how many at most")]


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("write one line of text")
    return text


Reason = Annotated[str, StringConstraints(max_length=120), AfterValidator(_one_line)]


class Body(BaseModel):
    """A word that is not known is refused: it would be a wish that nobody grants."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Dial(Body):
    """Ring the agent's phone, then the number."""

    agent: Extension
    number: Number


class ByAgent(Body):
    """Whose talk is meant, when several of the house are in the call."""

    from_: Extension | None = Field(default=None, alias="from", description="the agent who acts")


class Transfer(ByAgent):
    """Whom the call is passed on to, and whether the agent speaks with them first."""

    number: Dialled
    attended: bool = False


class Third(ByAgent):
    """Who joins: a number or a colleague."""

    number: Dialled | None = None
    agent: Extension | None = Field(default=None, description="a colleague")

    @model_validator(mode="after")
    def one_of_them(self) -> Third:
        """Raises ValueError."""
        if (self.number is None) == (self.agent is None):
            raise ValueError("say one of number, agent")
        return self


class Asked(Body):
    """Which survey, where it is not the queue's own."""

    survey: Name | None = None


class Supervision(Body):
    """What a supervisor wishes done. But for disconnect, their phone rings first."""

    deed: Deed
    supervisor: Extension
    agent: Extension | None = Field(default=None, description="whose talk, when several are in the call")


class Pause(Body):
    """Why, where the site asks for a reason."""

    reason: Reason = ""


class Seat(Body):
    """Where an agent is to sit."""

    seat: Name
