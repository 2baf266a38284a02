"""The check of the boards' lines."""

from __future__ import annotations

from callcenter.boards.advice import ADVICE
from callcenter.boards.history import in_alarm
from doctor.findings import Finding, Look, ok, wrong


def lines(look: Look) -> Finding:
    """No line of a board is in alarm."""
    if not look.site.boards:
        return ok("the site has no boards")
    with look.app.sessions(read_only=True)() as session:
        found = in_alarm(session)
    if found:
        said = ", ".join(f"{row.line} {row.state}" for row in found)
        return wrong(f"lines of boards are not up: {said}", ADVICE[found[0].state].en)
    return ok("every line of the boards is up")
