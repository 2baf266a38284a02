"""Boards counted the way the drivers count them: each E1 port or analog board is a span, channels run on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callcenter.errors import HotlineError
from callcenter.site import Site
from callcenter.site.boards import (
    AnalogBoard,
    Board,
    DigitalBoard,
    E1Port,
    OfficeLine,
    SangomaBoard,
    Telephone,
)
from callcenter.site.edge import Trunk

E1_CHANNELS = 31
D_CHANNEL = 16


@dataclass(frozen=True)
class E1Line:
    """One E1 port: its span and channels by the drivers' count, and the trunk that it carries."""

    board: SangomaBoard | DigitalBoard
    port: E1Port
    trunk: Trunk
    span: int
    first: int
    timing: int
    """Which source of clock it is for DAHDI: 1 the best; 0 when the board gives the clock."""

    @property
    def name(self) -> str:
        """``a102/1``: the board and its port."""
        return f"{self.board.name}/{self.port.port}"

    @property
    def all(self) -> str:
        """Every channel, as ``1-31``."""
        return f"{self.first}-{self.first + E1_CHANNELS - 1}"

    @property
    def voice(self) -> str:
        """The channels that carry voice, as ``1-15,17-31``."""
        signalling = self.signalling
        return f"{self.first}-{signalling - 1},{signalling + 1}-{self.first + E1_CHANNELS - 1}"

    @property
    def signalling(self) -> int:
        """The D channel's number."""
        return self.first + D_CHANNEL - 1


@dataclass(frozen=True)
class AnalogLine:
    """One analog channel. ``trunk`` is None for a telephone."""

    board: str
    line: OfficeLine | Telephone
    trunk: Trunk | None
    channel: int

    @property
    def name(self) -> str:
        """``tdm410/63``: the board and the channel."""
        return f"{self.board}/{self.channel}"


@dataclass(frozen=True)
class Lines:
    """All lines of a site, in the drivers' order."""

    e1: list[E1Line]
    analog: list[AnalogLine]


def board_lines(site: Site) -> Lines:
    """Count spans and channels over the site's boards. Raises HotlineError for a group without a trunk."""
    trunks = {trunk.connection.group: trunk for trunk in site.trunks if trunk.connection.by == "board"}
    lines, channel, span = Lines([], []), 1, 1
    for board in site.boards:
        if not isinstance(board, AnalogBoard):
            for port in sorted(board.ports, key=lambda port: port.port):
                trunk = _trunk(trunks, board, port.group)
                lines.e1.append(E1Line(board, port, trunk, span, channel, _timing(lines.e1, port)))
                channel, span = channel + E1_CHANNELS, span + 1
        else:
            for line in board.channels:
                owner = _trunk(trunks, board, line.group) if line.kind == "fxo" else None
                lines.analog.append(AnalogLine(board.name, line, owner, channel))
                channel += 1
            span += 1
    return lines


def telephones(site: Site) -> list[tuple[str, Telephone]]:
    """The telephones on the boards, each with its channel's number, by which Asterisk and the number plan call it."""
    found: list[tuple[str, Telephone]] = []
    channel = 1
    for board in site.boards:
        if not isinstance(board, AnalogBoard):
            channel += E1_CHANNELS * len(board.ports)
            continue
        for line in board.channels:
            found += [(str(channel), line)] if line.kind == "fxs" else []
            channel += 1
    return found


def line_trunks(site: Site) -> dict[str, str]:
    """What Asterisk names channels after (``i1`` of ``DAHDI/i1/4001-2``, ``63`` of ``DAHDI/63-1``) → the trunk."""
    lines = board_lines(site)
    spans = {f"i{line.span}": line.trunk.name for line in lines.e1}
    return spans | {str(line.channel): line.trunk.name for line in lines.analog if line.trunk is not None}


def _timing(before: Sequence[E1Line], port: E1Port) -> int:
    return 0 if port.clock == "master" else 1 + sum(line.timing > 0 for line in before)


def _trunk(trunks: dict[int, Trunk], board: Board, group: int) -> Trunk:
    if group not in trunks:
        raise HotlineError(f"board {board.name}: no trunk is connected by board with group {group}; add one")
    return trunks[group]
