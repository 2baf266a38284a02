"""Between the house's phones: pick-up, parking, intercom. The dialplan does them; here it is told of whom."""

from __future__ import annotations

from agi.scripts.features.desk import Desk
from callcenter.agents.seating import seats_of
from callcenter.channel_variables import NEXT, PARKER, SECONDS, TARGET
from callcenter.errors import NotFound
from callcenter.routing.desks import of
from callcenter.routing.number_plan import phone_of


def pickup(desk: Desk) -> dict[str, str]:
    """Take a call that rings in the phone's group, or at the number that was dialled."""
    return {NEXT: "pickup", TARGET: _endpoint(desk) if desk.argument else ""}


def park(desk: Desk) -> dict[str, str]:
    """Who is passed on to a place is parked there; who dials it takes the call."""
    place = f"7{desk.argument}"
    if not desk.passed_on:
        return {NEXT: "unpark", TARGET: place}
    return {
        NEXT: "park",
        TARGET: place,
        PARKER: phone_of(desk.seat),
        SECONDS: str(desk.snapshot.published.site.parking_seconds),
    }


def intercom(desk: Desk) -> dict[str, str]:
    """The other phone answers by itself, unless it is not to be disturbed."""
    number = desk.argument
    settings = desk.look_up(lambda session: of(session, [number]))
    if number in settings and settings[number].do_not_disturb:
        desk.say("house-busy")
        return {NEXT: "hangup"}
    return {NEXT: "intercom", TARGET: _endpoint(desk)}


def _endpoint(desk: Desk) -> str:
    number, numbers = desk.argument, desk.snapshot.numbers
    endpoint = numbers.seats.get(number)
    if endpoint is None and number in numbers.agents:
        endpoint = desk.look_up(lambda session: seats_of(session, [number])).get(number)
    if endpoint is None:
        raise NotFound(f"{number} is no seat's number, and no agent's who is logged in")
    return phone_of(endpoint)
