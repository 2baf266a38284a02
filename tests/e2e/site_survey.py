"""The lines whose calls end in surveys of their own, in the site of the end-to-end tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Site = dict[str, Any]
WORDS = ("ask_why", "say_why", "ask_solved")
SURVEYS = {
    "reasons": {
        "why": {"question": "ask_why", "reasons": {"1": "waited_long", "2": "not_solved"}},
        "questions": [{"name": "solved", "question": "ask_solved", "keys": "12"}],
    },
    "spoken": {"why": {"question": "say_why", "message_seconds": 20}},
}
LINES = {
    "push1": ("4009005003", "3531", "satisfaction"),
    "push2": ("4009005004", "3541", "satisfaction"),
    "push3": ("4009005005", "3551", None),
    "why1": ("4009005001", "3511", "reasons"),
    "why2": ("4009005002", "3521", "spoken"),
}
"""Queue: its number, its agent, its survey."""


def add(found: Site, add_line: Callable[[Site, str, str, list[str]], None]) -> None:
    """Add prompts, surveys and lines."""
    found["prompts"] += [{"name": word, "text": {"zh": "为什么", "en": "Why"}} for word in WORDS]
    satisfaction = found["surveys"][0]
    found["surveys"] += [satisfaction | {"name": name} | more for name, more in SURVEYS.items()]
    for queue, (number, agent, survey) in LINES.items():
        add_line(found, queue, number, [agent])
        found["queues"][-1]["survey"] = survey
