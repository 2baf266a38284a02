"""A line whose queue tells apart that its agents' phones can't be rung; no phone ever signs in at its seat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Site = dict[str, Any]
LINE, NUMBER, AGENT = "off1", "4009009901", "77901"


def add_phones_off(found: Site, add_line: Callable[[Site, str, str, list[str]], None]) -> None:
    """The line, with a step of its own for them."""
    add_line(found, LINE, NUMBER, [AGENT])
    steps = next(flow for flow in found["flows"] if flow["name"] == LINE)["steps"]
    steps["wait"]["unreachable"] = "phones_off"
    steps["phones_off"] = {"kind": "hangup", "prompts": ["goodbye"]}
