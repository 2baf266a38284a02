"""What became of something that was handed over: each way it can fail has one home here."""

from __future__ import annotations


class NotTaken(Exception):
    """It was not taken. ``str()`` is what the other side said."""


class TryLater(NotTaken):
    """It was certainly not taken now, and may be later."""


class Refused(NotTaken):
    """It will never be taken as it is."""


class Unsure(NotTaken):
    """The line broke while it was handed over: nobody knows whether it was taken."""
