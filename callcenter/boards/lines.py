"""What Asterisk says of the boards' lines, as one state for each. Pure.

An E1's state is its alarm; without one, whether its D channel is up. An analog channel's is its alarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from callcenter.site import Site
from callcenter.site.board_lines import E1_CHANNELS, AnalogLine, E1Line, board_lines

Row = Mapping[str, str]

ALARMS = {
    "RED": "red",
    "LB": "loopback",
    "BLU": "blue",
    "YEL": "yellow",
    "REC": "recovering",
    "NOP": "closed",
}
"""DAHDIShowStatus's words, joined by / where there are several; the first found here counts (chan_dahdi.c)."""
CHANNEL_ALARMS = {
    "Red Alarm": "red",
    "Loopback": "loopback",
    "Blue Alarm": "blue",
    "Yellow Alarm": "yellow",
    "Recovering": "recovering",
    "Not Open": "closed",
}
"""DAHDIShowChannels's words (chan_dahdi.c, ``alarms``)."""


@dataclass(frozen=True)
class Line:
    """One line now. ``span`` is the driver's number of an E1; ``errors`` its CRC errors and code violations."""

    line: str
    trunk: str | None
    state: str
    channels: int
    in_use: int
    span: int | None = None
    errors: int | None = None


def lines_now(
    site: Site, statuses: Iterable[Row], spans: Iterable[Row], channels: Iterable[Row]
) -> list[Line]:
    """Every line of the site's boards, from the lists of DAHDIShowStatus, PRIShowSpans and DAHDIShowChannels."""
    status = {row["Span"]: row for row in statuses}
    signalling = {row["Span"]: row for row in spans}
    channel = {row["DAHDIChannel"]: row for row in channels}
    found = board_lines(site)
    e1 = [_e1(line, status.get(str(line.span)), signalling.get(str(line.span)), channel) for line in found.e1]
    return e1 + [_analog(line, channel.get(str(line.channel))) for line in found.analog]


def _e1(line: E1Line, status: Row | None, signalling: Row | None, channels: Mapping[str, Row]) -> Line:
    numbers = range(line.first, line.first + E1_CHANNELS)
    mine = [row for number in numbers if (row := channels.get(str(number)))]
    return Line(
        line.name,
        line.trunk.name,
        _e1_state(status, signalling),
        E1_CHANNELS - 1,
        _in_use(mine),
        line.span,
        int(status["CRC"]) + int(status["bpviol"]) if status else None,
    )


def _e1_state(status: Row | None, signalling: Row | None) -> str:
    if status is None or signalling is None:
        return "missing"
    alarms = status["Alarms"].split("/")
    worst = next((state for word, state in ALARMS.items() if word in alarms), None)
    if worst is None and status["Alarms"] != "OK":
        return "closed"
    return worst or ("up" if signalling["Up"] == "Yes" else "no_signalling")


def _analog(line: AnalogLine, channel: Row | None) -> Line:
    state = "missing" if channel is None else CHANNEL_ALARMS.get(channel["Alarm"], "up")
    trunk = line.trunk.name if line.trunk is not None else None
    return Line(line.name, trunk, state, 1, _in_use([channel] if channel else []))


def _in_use(channels: Sequence[Row]) -> int:
    """Those that a call is on have its name."""
    return sum("Channel" in row for row in channels)
