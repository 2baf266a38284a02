"""Before a call from a seat or of a flow goes out: the day's caps, the alarms, and the audit of what was refused."""

from __future__ import annotations

import datetime as dt

import structlog
from sqlalchemy.orm import Session

from agi.call import Call
from agi.database import DatabaseAway, in_database
from agi.services import Services
from callcenter.routing import outgoing
from callcenter.routing.inside import capped
from callcenter.routing.inside_call import Decision, House
from callcenter.routing.toll_fraud import Verdict, blind, counts, is_abroad, is_emergency
from callcenter.site_file.published import Published

log = structlog.get_logger()
AUDITED = ("barred", "not_allowed")
"""Refusals that the decision itself has made."""


def guarded(call: Call, services: Services, house: House, decision: Decision, seat: str) -> Decision:
    """The decision, or a refusal in its place. While the database is away calls at home go out."""
    site = house.published.site
    if decision.act == "refuse" and decision.argument in AUDITED:
        _audit(call, services, house, decision, seat)
        return decision
    if decision.act != "out" or not decision.counts or not counts(site):
        return decision
    person, number = _person(house, decision, seat), decision.place.number if decision.place else ""
    refused = _counted(
        call, services, house.published, person, number, abroad=decision.counts == "abroad", at=house.at
    )
    return capped(house, decision, refused) if refused else decision


def refused_to_flow(call: Call, services: Services, published: Published, flow: str, number: str) -> str:
    """Why a flow's own call outside does not go out; empty when it does, and then it is counted in the flow's name."""
    site = published.site
    if is_emergency(site, number) or not counts(site):
        return ""
    abroad = is_abroad(number, site.country)
    return _counted(call, services, published, f"flow {flow}", number, abroad=abroad, at=services.clock())


def _counted(
    call: Call,
    services: Services,
    published: Published,
    person: str,
    number: str,
    *,
    abroad: bool,
    at: dt.datetime,
) -> str:
    def ask(session: Session) -> Verdict:
        return outgoing.ask(session, published, call.call_id, person, number, abroad, at)

    try:
        return in_database(call, services, ask).refused
    except DatabaseAway:
        return blind(published.site, abroad).refused


def _audit(call: Call, services: Services, house: House, decision: Decision, seat: str) -> None:
    person, why = _person(house, decision, seat), decision.reasons[-1]

    def write(session: Session) -> None:
        outgoing.refuse(session, call.call_id, person, why, house.at)

    try:
        in_database(call, services, write)
    except DatabaseAway:
        log.warning("outgoing.not_audited", call=call.call_id, person=person, reason=why)


def _person(house: House, decision: Decision, seat: str) -> str:
    """The agent at the seat whose rights the call goes by, else whoever has the rights."""
    owner = (decision.place.owner if decision.place else "") or seat
    seated = house.desks.seated if house.desks else {}
    return (
        next((agent for agent, there in seated.items() if there == owner), owner)
        or house.came.link
        or "nobody"
    )
