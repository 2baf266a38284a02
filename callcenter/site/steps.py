"""The steps a flow is made of. Each kind is one class; ``kind`` tells which in a site file.

A *target* names where the call goes next: a step of the same flow (``main_menu``), a step or the
start of another (``english/start``, ``english/``), or one of ``@back`` (the menu before), ``@repeat``
(this step again), ``@operator`` (the flow's operator step) and ``@hangup``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from callcenter.site.words import Extension, Key, Language, Name, Number, Part, Title, allow

Target = Annotated[
    str,
    allow(
        r"^(@back|@repeat|@operator|@hangup|[a-z][a-z0-9_]*(/[a-z0-9_]*)?)$",
        "a step, flow/step, flow/ or one of @back, @repeat, @operator, @hangup",
    ),
]
Variable = Name
"""A value kept with the call: collected digits, a look-up's answer.

``caller``, ``did``, ``trunk`` and ``language`` are always there to read and are never saved into.
A masked value is forgotten when the call leaves for a queue, a seat, a mailbox or another action.
"""

Dotted = Annotated[str, allow(r"^[A-Za-z0-9_.-]{1,100}$", "a dotted path in the answer, as account.balance")]
"""Where a value stands in a look-up's JSON answer."""

Case = Annotated[str, allow(r"^[A-Za-z0-9_+.-]{1,40}$", "letters, digits and _ + . -, at most 40")]
"""What a branch compares with."""


class Limit(Part):
    """What happens on no key or a wrong key: ``prompt`` before each new try, ``then`` at the ``times``-th."""

    times: int = Field(default=3, ge=1, le=9)
    prompt: Name | None = None
    then: Target = "@operator"


class Menu(Part):
    """Prompts that any valid key interrupts, and a target for each key."""

    kind: Literal["menu"]
    prompts: list[Name] = Field(min_length=1)
    keys: dict[Key, Target] = Field(min_length=1)
    wait_seconds: int = Field(default=5, ge=1, le=60)
    no_input: Limit = Limit()
    wrong_key: Limit = Limit()


class Play(Part):
    """Prompts played to their end, unless ``interruptible``."""

    kind: Literal["play"]
    prompts: list[Name] = Field(min_length=1)
    interruptible: bool = False
    next: Target


class Say(Part):
    """A value spoken by the language's own rules. ``value`` is a variable, or a literal after ``=``."""

    kind: Literal["say"]
    as_: Literal["number", "digits", "date", "time", "money"] = Field(alias="as")
    value: Annotated[
        str,
        allow(
            r"^([a-z][a-z0-9_]{0,39}|=[0-9.:T+-]{1,40})$", "a variable's name, or = and a literal as =128.50"
        ),
    ]
    before: list[Name] = Field(default_factory=list, description="prompts played before the value")
    after: list[Name] = Field(default_factory=list)
    next: Target


class Collect(Part):
    """Digits typed by the caller into ``save``. ``masked`` ones never reach a log, a row or a page."""

    kind: Literal["collect"]
    prompts: list[Name] = Field(min_length=1)
    save: Variable
    least: int = Field(default=1, ge=1, le=40)
    most: int = Field(default=20, ge=1, le=40)
    masked: bool = False
    wait_seconds: int = Field(default=5, ge=1, le=60, description="between two keys; # ends at once")
    no_input: Limit = Limit()
    wrong: Limit = Limit()
    next: Target


class Lookup(Part):
    """A question to another system over HTTP/JSON. Variables travel only as query values."""

    kind: Literal["lookup"]
    url: Annotated[
        str,
        allow(
            r"^https?://[A-Za-z0-9.:_\[\]-]+(/[A-Za-z0-9._~/-]*)?$",
            "an http or https address without query and fragment",
        ),
    ]
    send: dict[Name, Variable] = Field(default_factory=dict, description="query name: variable")
    save: dict[Variable, Dotted] = Field(
        default_factory=dict, description="variable: dotted path in the answer"
    )
    timeout_seconds: float = Field(default=2.0, gt=0, le=10)
    found: Target
    not_found: Target
    failed: Target


class Branch(Part):
    """A fork on the calendar, a variable, the caller's number or the language.

    ``calendar``: cases are ``open``, ``closed``, ``holiday`` or a period's name.
    ``caller``: cases are number prefixes, the longest match wins.
    ``variable`` and ``language``: cases are whole values.
    """

    kind: Literal["branch"]
    on: Literal["calendar", "variable", "caller", "language"]
    calendar: Name | None = None
    variable: Variable | None = None
    cases: dict[Case, Target] = Field(min_length=1)
    otherwise: Target


class SetLanguage(Part):
    """From here on prompts are spoken in this language."""

    kind: Literal["language"]
    language: Language
    next: Target


class QueueCall(Part):
    """The call waits in a queue. Each way out has its target; ``done`` follows the agent's hang-up."""

    kind: Literal["queue"]
    queue: Name
    priority: int = Field(default=0, ge=0, le=20)
    keys: dict[Key, Target] = Field(default_factory=dict, description="keys that leave the queue")
    timeout: Target
    full: Target
    nobody: Target = Field(description="nobody logged in, or everybody left")
    unreachable: Target | None = Field(
        default=None,
        description="agents are logged in, but no phone of theirs can be rung; default: as nobody",
    )
    done: Target = "@hangup"


class DialSeat(Part):
    """Rings one seat, as its settings have it: do-not-disturb is busy, forwarding is followed."""

    kind: Literal["seat"]
    seat: Name
    ring_seconds: int = Field(default=20, ge=5, le=120)
    busy: Target
    no_answer: Target
    unreachable: Target
    done: Target = "@hangup"


class DialAgent(Part):
    """Rings one agent at the phone where they are logged in, unless they are in a call."""

    kind: Literal["agent"]
    agent: Extension
    ring_seconds: int = Field(default=20, ge=5, le=120)
    busy: Target
    no_answer: Target
    unreachable: Target
    not_logged_in: Target | None = Field(default=None, description="default: as unreachable")
    done: Target = "@hangup"


class DialOutside(Part):
    """Rings an outside number over a trunk (a duty mobile)."""

    kind: Literal["outside"]
    number: Number
    trunk: Name
    ring_seconds: int = Field(default=30, ge=5, le=120)
    busy: Target
    no_answer: Target
    unreachable: Target
    done: Target = "@hangup"


class Voicemail(Part):
    """The caller leaves a message; # ends it."""

    kind: Literal["voicemail"]
    mailbox: Extension
    greeting: list[Name] = Field(default_factory=list)
    next: Target = "@hangup"
    no_message: Target | None = Field(default=None, description="left without a message; default: as next")
    failed: Target | None = Field(default=None, description="no message could be stored; default: as next")


class ConferenceStep(Part):
    """The caller comes into a conference room, once its PIN is typed."""

    kind: Literal["conference"]
    room: Extension
    refused: Target = Field(default="@hangup", description="no right PIN was typed")
    next: Target = "@hangup"


class Callback(Part):
    """A request to be called back is kept, for the caller's number or the digits in ``number_from``."""

    kind: Literal["callback"]
    queue: Name
    number_from: Variable | None = None
    confirm: list[Name] = Field(default_factory=list)
    no_number: Target = Field(
        default="@operator", description="the caller's number is hidden or not a number"
    )
    next: Target


class Goto(Part):
    """On to another step or flow."""

    kind: Literal["goto"]
    target: Target


class HangUp(Part):
    """The last word and the end."""

    kind: Literal["hangup"]
    prompts: list[Name] = Field(default_factory=list)


class SurveyStep(Part):
    """Asks the satisfaction question here, apart from any queue's own survey."""

    kind: Literal["survey"]
    survey: Name
    next: Target = "@hangup"


Step = Annotated[
    Menu
    | Play
    | Say
    | Collect
    | Lookup
    | Branch
    | SetLanguage
    | QueueCall
    | DialSeat
    | DialAgent
    | DialOutside
    | Voicemail
    | Callback
    | ConferenceStep
    | Goto
    | HangUp
    | SurveyStep,
    Field(discriminator="kind"),
]


class Flow(Part):
    """What a caller hears: steps joined by targets, from ``start`` on."""

    name: Name
    title: Title
    language: Language
    start: Name
    operator: Name = Field(description="the step that @operator leads to")
    steps: dict[Name, Step] = Field(min_length=1)
