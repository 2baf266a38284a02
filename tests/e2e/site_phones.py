"""Lines whose agents sit at an encrypted phone of another make and in a browser, and a colleague."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ENCRYPTED = "t7511"
"""The seat of agent 7511, who serves ``phones1``, dialled by 4007500001."""
BROWSER = "t7513"
"""The seat of agent 7513, who serves ``phones2``, dialled by 4007500003."""


def add_phones(
    found: dict[str, Any], add_line: Callable[[dict[str, Any], str, str, list[str]], None]
) -> None:
    """Agent 7511 and, in a queue beside it, 7512; agent 7513."""
    add_line(found, "phones1", "4007500001", ["7511"])
    add_line(found, "besidephones1", "4007500002", ["7512"])
    add_line(found, "phones2", "4007500003", ["7513"])
    for seat in found["seats"]:
        if seat["name"] == ENCRYPTED:
            seat["encryption"] = "sdes"
        elif seat["name"] == BROWSER:
            seat["kind"] = "browser"
