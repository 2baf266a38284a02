"""Lines for what a caller lives through in a queue: numbers 40090088xx, queues waiting1 …, agents 8811, 8821 …"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab import audio
from tests.e2e.site_inside import UNASKED, host

Site = dict[str, Any]
AddLine = Callable[[Site, str, str, list[str]], None]
LINES = range(1, 8)
CARRIERS = {"waiting4": "c8", "waiting5": "c9"}
"""The trunk to the customers whom these queues call back."""
WELCOME_HZ, LONG_SECONDS = 1300, 8.0
"""The welcome of waiting3 is a tone, so that it is found in what a caller hears."""


def add_waiting(found: Site, add_line: AddLine) -> None:
    """Seven straight lines, each with what its cases want of the queue."""
    for number in LINES:
        add_line(found, f"waiting{number}", f"400900880{number}", [f"88{number}1"])
    queues = {queue["name"]: queue for queue in found["queues"]}
    steps = {flow["name"]: flow["steps"] for flow in found["flows"]}
    queues["waiting2"] |= {"exit_keys": ["9"], "ring_seconds": 5, "short_abandon_seconds": 1}
    steps["waiting2"]["wait"]["keys"] = {"9": "bye"}
    found["prompts"].append({"name": "long_tone", "audio": {"zh": "long_tone.wav"}})
    found["prompts"].append(
        {"name": "come_back", "text": {"zh": "您预约的回拨,接通请按一", "en": "Press one"}}
    )
    for name, trunk in CARRIERS.items():
        connection = {"by": "address", "hosts": [host(trunk)]}
        found["trunks"].append({"name": trunk, "title": trunk, "connection": connection, **UNASKED})
        queues[name] |= {
            "exit_keys": ["1"],
            "survey": None,
            "call_back": {
                "trunk": trunk,
                "caller_id": "4008001000",
                "intro": "come_back",
                "attempts": 2,
                "pause_seconds": 5,
                "ring_seconds": 10,
            },
        }
        steps[name]["wait"]["keys"] = {"1": "keep"}
        steps[name]["keep"] = {"kind": "callback", "queue": name, "confirm": ["goodbye"], "next": "@hangup"}
    queues["waiting7"]["weight"] = 10
    queues["waiting7"]["members"].append({"agent": "8861"})
    queues["waiting3"]["announce"] = {"welcome": ["long_tone"], "position": True}


def write_sounds(folder: Path) -> None:
    """The recordings of these lines, beside the site file."""
    tone = audio.tone(WELCOME_HZ, LONG_SECONDS)
    audio.write_wav(folder / "long_tone.wav", audio.Sound(audio.RATE, (tone,)))
