"""What is known before a mixed day begins: the black list, the VIP list, who served whom, a seat's forwarding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from schema.calls import Call, Visit
from tests.e2e import site_day
from tests.e2e.day.kinds import KINDS
from tests.e2e.day.plan import Planned
from tests.e2e.house import House

REFUSED, PAST_MENU, TO_MANAGER = "black list", "VIP past the menu", "VIP to the manager"
"""Kinds of callers, by name."""
SERVED_BEFORE = dt.timedelta(hours=2, minutes=30)
"""A reason says the hours only, and they are the same all day."""


@contextmanager
def known_callers(house: House, planned: Iterable[Planned]) -> Iterator[None]:
    """All of it, and gone again afterwards but for who served whom."""
    begins = {kind.name: f"{kind.callers}*" for kind in KINDS}
    vip = ("--queue", site_day.QUEUE, "--priority", "10")
    house.run("callers", "block", begins[REFUSED])
    house.run("callers", "vip", begins[PAST_MENU], *vip)
    house.run("callers", "vip", begins[TO_MANAGER], "--agent", site_day.MANAGER, "--wait", "2", *vip)
    house.run("desks", "set", site_day.FORWARDED, "--always", site_day.CALLED)
    _serve_before(house, planned)
    try:
        yield
    finally:
        house.run("desks", "clear", site_day.FORWARDED)
        for name in (REFUSED, PAST_MENU, TO_MANAGER):
            house.run("callers", "remove", begins[name])


def _serve_before(house: House, planned: Iterable[Planned]) -> None:
    at = house.app.clock() - SERVED_BEFORE
    times = {"started_at": at, "answered_at": at, "ended_at": at}
    stay = {"number": 1, "queue": site_day.REMEMBERING, "outcome": "answered"}
    stay |= {"joined_at": at, "answered_at": at, "left_at": at}
    with house.app.sessions().begin() as session:
        for call in planned:
            if call.remembered:
                past = {"call_id": f"past-{call.caller}", "direction": "inbound", "state": "closed"}
                session.add(Call(**past, caller=call.caller, **times))
                session.add(Visit(call_id=past["call_id"], agent=call.remembered, **stay))
