"""How large the faults' loads are: ``CHAOS_SIZE`` of the full size, 1 unless said."""

from __future__ import annotations

import os

SIZE = float(os.environ.get("CHAOS_SIZE", "1"))


def scaled(full: float, least: float) -> int:
    """So much of the full size, and at least that."""
    return round(max(least, min(full, full * SIZE)))
