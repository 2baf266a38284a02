"""Checks of the lines to the outside."""

from __future__ import annotations

from callcenter.trunks.state import MENDS
from callcenter.trunks.state import look as states
from doctor.findings import Finding, Look, few, ok, warning


def trunks(look: Look) -> Finding:
    """Every trunk is there."""
    found = states(look.app.site(), look.console)
    down = [state for state in found if state.word == "down"]
    unknown = [state.trunk.name for state in found if state.word == "unknown"]
    if down:
        told = [f"{state.trunk.name}: {state.reason}" for state in down]
        return warning(few(told), MENDS[down[0].reason])
    if unknown:
        return warning(f"not known yet: {few(unknown)}", "run hotline doctor again in half a minute")
    return ok(f"{len(found)} trunks; none is away")
