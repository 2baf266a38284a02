"""Who serves a call: agents, queues, voicemail boxes, surveys and prompts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from callcenter.site.outbound import Rights
from callcenter.site.routing import LastAgent
from callcenter.site.staffing import Relax
from callcenter.site.surveys import Link, MailAddress, Question, Why
from callcenter.site.waiting import Announce, CallBack
from callcenter.site.words import Extension, Key, Language, Name, Part, RelativePath, Text, Title

Strategy = Literal[
    "ringall", "rrmemory", "rrordered", "leastrecent", "fewestcalls", "random", "wrandom", "linear"
]


class Prompt(Part):
    """A thing said to a caller: text for the speech engine, or a recording, per language."""

    name: Name
    text: dict[Language, Text] = Field(default_factory=dict)
    audio: dict[Language, RelativePath] = Field(
        default_factory=dict, description="a wav or mp3 beside the site file; goes before the text"
    )


class Agent(Part):
    """A person who answers."""

    number: Extension
    title: Title
    languages: list[Language] = Field(default_factory=list)
    rights: Rights | None = Field(default=None, description="how far one may call; default: the seat's")
    account_manager: bool = Field(default=False, description="may be asked for: has a queue of their own")
    supervisor: bool = Field(
        default=False, description="may listen to, join, take over and end others' calls"
    )


class Member(Part):
    """An agent in a queue; a higher penalty is asked later."""

    agent: Extension
    penalty: int = Field(default=0, ge=0, le=100)


class Queue(Part):
    """A waiting line and how it is served. Seconds throughout."""

    name: Name
    title: Title
    strategy: Strategy = "rrmemory"
    members: list[Member] = Field(default_factory=list)
    relax: list[Relax] = Field(
        default_factory=list,
        description="whom a call may reach while it waits; before the first step only agents of penalty 0",
    )
    ring_seconds: int = Field(default=20, ge=5, le=120)
    retry_seconds: int = Field(default=2, ge=1, le=60)
    wrapup_seconds: int = Field(default=0, ge=0, le=3600)
    max_waiting: int = Field(default=0, ge=0, le=10000, description="0: no limit")
    max_wait_seconds: int = Field(default=0, ge=0, le=86400, description="0: no limit")
    weight: int = Field(default=0, ge=0, le=1000)
    service_level_seconds: int = Field(default=20, ge=1, le=3600)
    short_abandon_seconds: int = Field(
        default=5, ge=0, le=600, description="who gives up sooner counts as a short abandoned call"
    )
    exit_keys: list[Key] = Field(default_factory=list, description="keys that leave the queue")
    music: Name | None = None
    announce: Announce | None = Field(default=None, description="what who waits is told")
    call_back: CallBack | None = Field(
        default=None, description="who asks to be called back keeps the place in the line"
    )
    announce_agent: bool = Field(default=True, description="tell the caller the agent's number")
    whisper: Name | None = Field(
        default=None, description="prompt that only the agent hears before the two are joined"
    )
    pause_after_missed: int = Field(
        default=0, ge=0, le=20, description="missed calls in a row that pause an agent; 0: never"
    )
    record: bool = True
    survey: Name | None = None
    last_agent: LastAgent | None = None


class Survey(Part):
    """The question after the agent has hung up: 1 very satisfied, 2 satisfied, 3 neutral, 4 dissatisfied."""

    name: Name
    question: Name
    thanks: Name
    wrong_key: Name
    attempts: int = Field(default=2, ge=1, le=5)
    answer_seconds: int = Field(default=5, ge=1, le=60)
    why: Why | None = Field(default=None, description="asked of who presses 3 or 4")
    questions: list[Question] = Field(default_factory=list, description="asked after the main question")
    alert: MailAddress | None = Field(default=None, description="told of each 3 or 4 at once")
    link: Link | None = Field(default=None, description="asks by a message who was not asked on the phone")


class Mailbox(Part):
    """A voicemail box, of one person or of a group."""

    number: Extension
    title: Title
    max_seconds: int = Field(default=180, ge=10, le=3600)
    email: MailAddress | None = None
    greeting: Name | None = Field(
        default=None, description="prompt before a message; one recorded by phone goes before it"
    )


class Music(Part):
    """Music on hold: a folder of recordings, or the built-in melody when ``folder`` is left out."""

    name: Name
    folder: RelativePath | None = None
