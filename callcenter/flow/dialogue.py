"""What a walk asks of its driver, and what the driver may answer.

The drivers are the FastAGI script, which has a caller on the line, and the simulator, which has a list of
key presses. Prompts are named as in the site; a piece of a spoken value has its phrase's key, as ``zh-12``.

All are values and are never changed; they are not frozen because making a frozen one takes four times as
long, and several are made for each step of each call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActKind = Literal[
    "queue", "seat", "agent", "outside", "voicemail", "conference", "survey", "callback", "hangup", "busy"
]


@dataclass(slots=True)
class Hear:
    """Play prompts. Answer with ``Pressed``.

    ``keys`` are the valid keys, empty when none is asked for. An interruptible one without keys (a
    welcome) stops at any key, and that key answers the next menu. ``wait_seconds`` begin after the last
    prompt; 0 is no wait.
    """

    prompts: tuple[str, ...]
    language: str
    keys: str = ""
    interruptible: bool = False
    wait_seconds: int = 0


@dataclass(slots=True)
class Collect:
    """Play prompts and take up to ``most`` digits, ended by # or ``wait_seconds`` of silence.

    Answer with ``Collected``. ``typed`` is a key the caller has pressed already: it is the first digit.
    """

    prompts: tuple[str, ...]
    language: str
    least: int
    most: int
    wait_seconds: int
    masked: bool
    typed: str = ""


@dataclass(slots=True)
class Lookup:
    """Ask another system over HTTP GET. Answer with ``Found``, ``NotFound`` (a 404) or ``Failed``."""

    url: str
    query: tuple[tuple[str, str], ...]
    timeout_seconds: float


@dataclass(slots=True)
class Act:
    """Play ``prompts``, then let the dialplan act. Answer with ``Outcome``; after ``hangup`` nothing follows,
    nor after ``busy``, which ends a call without answering it.

    ``target`` is the queue's or seat's name, the agent's number, the mailbox, the survey, or the number for ``outside``
    (over ``trunk``). A callback's is the queue, and ``number`` whom to call. ``seconds`` is the longest
    wait or ring, 0 for none. ``keys`` leave a queue. ``survey`` follows an answered queue call. ``last``:
    an answered call ends the flow.
    """

    kind: ActKind
    target: str = ""
    seconds: int = 0
    priority: int = 0
    keys: str = ""
    trunk: str = ""
    number: str = ""
    survey: str = ""
    last: bool = False
    prompts: tuple[str, ...] = ()
    language: str = ""
    served: str = ""
    """The queue whose rules hold on recording and announcing, when ``target`` is an agent's own."""


@dataclass(slots=True)
class WhoServed:
    """Ask who served this caller last in a queue, at most so many hours ago. Answer with ``Served``."""

    queue: str
    within_hours: int


@dataclass(slots=True)
class AgentState:
    """Ask how an agent is in their own queue. Answer with ``AgentIs``."""

    agent: str


Request = Hear | Collect | Lookup | Act | WhoServed | AgentState


@dataclass(slots=True)
class Pressed:
    """One key, or None for silence."""

    key: str | None


@dataclass(slots=True)
class Collected:
    """The digits typed, without the closing #; None or empty for silence."""

    digits: str | None


@dataclass(slots=True)
class Found:
    """The look-up's JSON answer, decoded."""

    json: object


@dataclass(slots=True)
class NotFound:
    """The other system knows no such thing."""


@dataclass(slots=True)
class Failed:
    """No usable answer: time-out, refused, not JSON. ``reason`` is for the journey, one sentence part."""

    reason: str


@dataclass(slots=True)
class Outcome:
    """What an action came to, in Asterisk's words: QUEUESTATUS, DIALSTATUS, VMSTATUS or ``KEY-1``."""

    text: str


@dataclass(slots=True)
class Served:
    """An agent and how many seconds ago they took the call; no agent: nobody, or ``trouble`` kept it unknown."""

    agent: str = ""
    seconds_ago: int = 0
    trouble: str = ""


@dataclass(slots=True)
class AgentIs:
    """free, busy, paused, or away: not logged in, or at no phone that could be rung."""

    state: str


@dataclass(slots=True)
class HungUp:
    """The caller is gone."""


Answer = Pressed | Collected | Found | NotFound | Failed | Outcome | Served | AgentIs | HungUp
