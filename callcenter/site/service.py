"""Who serves a call: agents, queues, voicemail boxes, surveys and prompts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from callcenter.site.words import Extension, Key, Language, Name, Part, RelativePath, Text, Title, allow

Strategy = Literal["ringall", "rrmemory", "leastrecent", "fewestcalls", "random", "wrandom", "linear"]


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
    announce_agent: bool = Field(default=True, description="tell the caller the agent's number")
    record: bool = True
    survey: Name | None = None


class Survey(Part):
    """The question after the agent has hung up: 1 very satisfied, 2 satisfied, 3 neutral, 4 dissatisfied."""

    name: Name
    question: Name
    thanks: Name
    wrong_key: Name
    attempts: int = Field(default=2, ge=1, le=5)
    answer_seconds: int = Field(default=5, ge=1, le=60)


class Mailbox(Part):
    """A voicemail box, of one person or of a group."""

    number: Extension
    title: Title
    max_seconds: int = Field(default=180, ge=10, le=3600)
    email: (
        Annotated[str, allow(r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$", "a mail address as duty@example.com")]
        | None
    ) = None


class Music(Part):
    """Music on hold: a folder of recordings, or the built-in melody when ``folder`` is left out."""

    name: Name
    folder: RelativePath | None = None
