"""The machine's spans: ours first, as the site's boards are counted, then in the same order their far ends."""

from __future__ import annotations

E1_CHANNELS, D_CHANNEL = 31, 16
OFFICE_LINES, TELEPHONES = 3, 2
LINES = (E1_CHANNELS, E1_CHANNELS, OFFICE_LINES + TELEPHONES)
"""The channels of each of our spans: two E1, and an analog board whose lines from the exchange come first."""
ZONE = ["loadzone=cn", "defaultzone=cn"]


def wire(line: int, end: int, hears: int | None = None) -> str:
    """An end of a line without hardware, for dahdi_cfg. ``hears``: it only hears that end of the line."""
    address = f"{line}:{end}" if hears is None else f"{line}:{end}:{hears}"
    return f"dynamic=loc,{address},{LINES[line - 1]},0"


def far(line: int) -> int:
    """The first channel of a line's far end."""
    return 1 + sum(LINES) + sum(LINES[: line - 1])


def far_voice(line: int) -> str:
    """The voice channels of an E1's far end, as ``1-15,17-31``."""
    first = far(line)
    d_channel = first + D_CHANNEL - 1
    return f"{first}-{d_channel - 1},{d_channel + 1}-{first + E1_CHANNELS - 1}"


def e1_end(line: int) -> list[str]:
    """An exchange's end of an E1, for dahdi_cfg."""
    first = far(line)
    return [
        f"span={len(LINES) + line},0,0,ccs,hdb3,crc4",
        f"bchan={far_voice(line)}",
        f"dchan={first + D_CHANNEL - 1}",
        f"alaw={first}-{first + E1_CHANNELS - 1}",
        *ZONE,
    ]


def far_office_lines(line: int) -> str:
    """The channels that feed our lines from the exchange, as ``130-132``."""
    return f"{far(line)}-{far(line) + OFFICE_LINES - 1}"


def far_telephones(line: int) -> str:
    """The channels of the telephones at our sockets, as ``133-134``."""
    first = far(line) + OFFICE_LINES
    return f"{first}-{first + TELEPHONES - 1}"


def analog_end(line: int) -> list[str]:
    """What is at the far ends of our analog lines, for dahdi_cfg, and our sockets as long as nothing is said of them.

    A board's are quiet then; those of a span without hardware would ring.
    """
    first = 1 + sum(LINES[: line - 1]) + OFFICE_LINES
    sockets = f"fxols={first}-{first + TELEPHONES - 1}"
    return [f"fxoks={far_office_lines(line)}", f"fxsks={far_telephones(line)}", sockets]
