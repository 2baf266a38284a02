"""Telephony boards in this machine: Sangoma A101/A102/A104/A108 over wanpipe, and analog DAHDI boards."""

from __future__ import annotations

from callcenter.site.words import Name, Part


class Board(Part):
    """A board and its ports."""

    name: Name
