"""Rules on analog boards: telephones' numbers are their own, lines' lead to a flow, and caller id can be heard."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.site import Site
from callcenter.site.boards import CALLER_ID_STARTS, AnalogBoard, OfficeLine
from callcenter.site.problems import Path, Problem


def boards(site: Site) -> Iterator[Problem]:
    """What an analog channel needs of the rest of the site."""
    taken = {
        **{agent.number: "an agent's" for agent in site.agents},
        **{seat.number: "a seat's" for seat in site.seats},
    }
    trunks = {trunk.connection.group: trunk.name for trunk in site.trunks if trunk.connection.by == "board"}
    for place, board in enumerate(site.boards):
        for channel, line in enumerate(board.channels if isinstance(board, AnalogBoard) else []):
            where: Path = ("boards", place, "channels", channel)
            if line.kind == "fxo":
                yield from _office_line(where, site, line, trunks.get(line.group))
                continue
            if line.number in taken:
                message = f"{line.number} is {taken[line.number]} number: give the telephone another"
                yield Problem((*where, "number"), message)
            taken[line.number] = "another telephone's"


def _office_line(where: Path, site: Site, line: OfficeLine, trunk: str | None) -> Iterator[Problem]:
    starts = CALLER_ID_STARTS[line.caller_id]
    if line.heard_after not in starts:
        message = f"Asterisk hears no caller id by {line.caller_id} after that: write {' or '.join(starts)}"
        yield Problem((*where, "caller_id_start"), message)
    dids = {did.number for did in site.dids if did.trunk in (None, trunk)}
    if line.number and line.number not in dids:
        message = f"calls on this line arrive as {line.number}, and no number of dids takes them"
        yield Problem((*where, "number"), message, warning=True)
