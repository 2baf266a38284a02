"""Lines whose recording follows a rule: never, half of the calls, one agent left out, consent, pauses, formats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Site = dict[str, Any]
LINES = {
    "rec_never": ("4009009001", ["77011"]),
    "rec_half": ("4009009002", ["77021"]),
    "rec_but_one": ("4009009003", ["77031"]),
    "rec_ask": ("4009009004", ["77041"]),
    "rec_tell": ("4009009005", ["77051"]),
    "rec_pause": ("4009009006", ["77061"]),
    "rec_mp3": ("4009009007", ["77071"]),
    "rec_key": ("4009009008", ["77081"]),
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
        "agents": {"77031": {"percent": 0}},
    }
