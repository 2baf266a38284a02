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
    "linked": {
        "why": {"question": "ask_why", "reasons": {"1": "waited_long", "2": "not_solved"}},
        "questions": [{"name": "solved", "question": "ask_solved", "keys": "12"}],
        "link": {
            "between": "00:00-24:00",
            "text": {"zh": "请评价刚才的通话：{link}", "en": "Please rate your call: {link}"},
            "words": {
                "not_solved": {"zh": "问题没有解决", "en": "It was not solved"},
                "solved_2": {"zh": "没有", "en": "No"},
            },
        },
    },
}
LINES = {
    "why1": ("4009006901", "3911", "reasons"),
    "why2": ("4009006902", "3921", "spoken"),
    "push1": ("4009006903", "3931", "satisfaction"),
    "push2": ("4009006904", "3941", "satisfaction"),
    "push3": ("4009006905", "3951", None),
    "link1": ("4009006906", "3961", "linked"),
    "link2": ("4009006907", "3971", "linked"),
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
    _add_boxes(found)


BOX, BOX_LINE = "9601", "4009006951"
"""A group's box whose messages are mailed to ``MAILED``, and the number that leads to it."""
MAILED = "duty@example.com"
OWN_BOXES = ("7041", "7042")
"""Of inside seats of these numbers."""


def _add_boxes(found: Site) -> None:
    found["mailboxes"].append({"number": BOX, "title": "Group", "email": MAILED, "greeting": "hello"})
    found["mailboxes"] += [{"number": number, "title": number} for number in OWN_BOXES]
    found["dids"].append({"number": BOX_LINE, "title": "Box", "flow": "to_box", "language": "zh"})
    steps = {"leave": {"kind": "voicemail", "mailbox": BOX}}
    words = {"name": "to_box", "title": "Box", "language": "zh", "start": "leave", "operator": "leave"}
    found["flows"].append({**words, "steps": steps})
    _add_room(found)


ROOM, ROOM_LINE = "8801", "4009006952"
"""A recorded room, and the number that leads callers from outside to it."""


def _add_room(found: Site) -> None:
    found.setdefault("rooms", []).append({"number": ROOM, "title": "Room", "record": True})
    found["dids"].append({"number": ROOM_LINE, "title": "Room", "flow": "to_room", "language": "zh"})
    steps = {"meet": {"kind": "conference", "room": ROOM, "refused": "bye"}, "bye": {"kind": "hangup"}}
    words = {"name": "to_room", "title": "Room", "language": "zh", "start": "meet", "operator": "bye"}
    found["flows"].append({**words, "steps": steps})
