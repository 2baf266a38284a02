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
    "rec_card": ("4009009009", ["77091", "77092"]),
}
CARD_NUMBER = "4009009019"
"""The number of the flow that takes a card number and brings the caller back."""
MAY_BE_UNRECORDED = ("rec_never", "rec_half", "rec_but_one", "rec_ask")
CONSENT = {"prompt": "may_we_record"}


def add(found: Site, add_line: Callable[[Site, str, str, list[str]], None]) -> None:
    """The lines, and the rules that make them differ."""
    found["prompts"].append(
        {"name": "may_we_record", "text": {"zh": "本次通话将被录音", "en": "This call may be recorded"}}
    )
    for name, (number, agents) in LINES.items():
        add_line(found, name, number, agents)
    _add_card(found)
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


def _add_card(found: Site) -> None:
    queue = next(queue for queue in found["queues"] if queue["name"] == "rec_card")
    queue |= {"strategy": "linear", "last_agent": {"wait_seconds": 5}}
    back = {
        "kind": "queue",
        "queue": "rec_card",
        "timeout": "@hangup",
        "full": "@hangup",
        "nobody": "@hangup",
    }
    steps = {
        "start": {"kind": "play", "prompts": ["hello"], "next": "card"},
        "card": {
            "kind": "collect",
            "prompts": ["hello"],
            "save": "card",
            "most": 19,
            "masked": True,
            "next": "back",
        },
        "back": back,
    }
    flow = {
        "name": "rec_card_entry",
        "title": "Card number",
        "language": "zh",
        "start": "start",
        "operator": "back",
    }
    found["flows"].append({**flow, "steps": steps})
    found["dids"].append(
        {"number": CARD_NUMBER, "title": "Card number", "flow": "rec_card_entry", "language": "zh"}
    )
