"""Lines whose recording follows a rule: never, half of the calls, one agent left out, consent, pauses, formats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Site = dict[str, Any]
LINES = {
    "rec_never": ("4009005001", ["3511"]),
    "rec_half": ("4009005002", ["3521"]),
    "rec_but_one": ("4009005003", ["3531"]),
    "rec_ask": ("4009005004", ["3541"]),
    "rec_tell": ("4009005005", ["3551"]),
    "rec_pause": ("4009005006", ["3561"]),
    "rec_mp3": ("4009005007", ["3571"]),
    "rec_key": ("4009005008", ["3581"]),
}
MAY_BE_UNRECORDED = ("rec_never", "rec_half", "rec_but_one", "rec_ask")
CONSENT = {"prompt": "may_we_record"}


def add(found: Site, add_line: Callable[[Site, str, str, list[str]], None]) -> None:
    """The lines, and the rules that make them differ."""
    found["prompts"].append(
        {"name": "may_we_record", "text": {"zh": "本次通话将被录音", "en": "This call may be recorded"}}
    )
    for name, (number, agents) in LINES.items():
        add_line(found, name, number, agents)
    found["recording"] = {
        "queues": {
            "rec_never": {"percent": 0},
            "rec_half": {"percent": 50},
            "rec_ask": {"consent": CONSENT | {"answer": "agree", "seconds": 10}},
            "rec_tell": {"consent": CONSENT},
            "rec_pause": {"pause_seconds": 5},
            "rec_key": {"pause_seconds": 5},
            "rec_mp3": {"sides": "mixed", "format": "mp3"},
        },
        "agents": {"3531": {"percent": 0}},
    }
