"""What a step may know of its call."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from callcenter.flow.place import Place
from callcenter.routing.known import NOTHING, Known
from callcenter.site_file.published import Published

ALWAYS_THERE = ("caller", "did", "trunk", "language")
"""Variables every call has; flows read them and never save into them."""


@dataclass(slots=True)
class Call:
    """The place a call stands at, and what does not change while it lasts. ``at`` is aware."""

    published: Published
    place: Place
    caller: str
    trunk: str
    did: str
    at: dt.datetime
    known: Known = NOTHING

    def value(self, name: str) -> str | None:
        """A variable's value, None while nothing has saved it."""
        if name == "language":
            return self.place.language
        if name in ALWAYS_THERE:
            return str(getattr(self, name))
        return self.place.variables.get(name)
