"""What a number dialled at a seat is, and what becomes of the call: one pure decision with its reasons, in order.

A flow's step that rings a seat or an agent asks here too, and goes on with what became of it.

``agi/scripts/inside.py`` asks and carries out. The dialplan rings a phone and comes back with what became
of it; where the call stood travels as ``Place``.
"""

from __future__ import annotations

from collections.abc import Mapping

from callcenter.feature_codes import find
from callcenter.routing.desks import MAX_HOPS, Settings
from callcenter.routing.inside_call import (
    BUSY,
    DECLINED,
    UNKNOWN_NUMBER,
    Decision,
    House,
    Outcome,
    Place,
    refuse,
)
from callcenter.routing.links import barred, peer_of
from callcenter.routing.number_plan import NumberPlan, is_on_board, phone_of
from callcenter.routing.outbound import (
    DEFAULT_RIGHTS,
    LINK_SECONDS,
    Way,
    dial_string,
    is_outside,
    next_trunk,
    way_out,
)
from callcenter.site.peers import Peer

RING_SECONDS = 30


def seat_of(plan: NumberPlan, channel: str, moved_by: str) -> str:
    """Whose wish the call is: of the seat that transferred the caller, else the channel's own; else nobody's."""
    for name in (moved_by, channel):
        endpoint = name.partition("/")[2].rpartition("-")[0]
        if endpoint in plan.numbers:
            return endpoint
    return ""


def begin(house: House, seat: str, dialled: str) -> Decision:
    """What a number dialled at ``seat`` opens; an outside number by the rights of who sits there."""
    plan = house.plan
    if dialled[:1] in ("*", "#"):
        return _feature(plan, seat, dialled)
    owner = house.came.link or _owner(house, seat)
    return _for_asker(house, _ring(house, Place(dialled, owner=owner)))


def go_on(house: House, place: Place, dial_status: str, cause: str) -> Decision:
    """What follows when the phone at ``place`` has rung."""
    return _for_asker(house, _go_on(house, place, dial_status, cause))


def _go_on(house: House, place: Place, dial_status: str, cause: str) -> Decision:
    if place.trunk is not None:
        failed = _trunk_failed(house, place, dial_status, cause)
        if failed:
            return _outside(house, place._replace(trunk=place.trunk + 1)).after(failed)
    outcome = outcome_of(dial_status, cause)
    if outcome == "answered":
        return Decision("hangup", "", (f"{place.number} answered",), argument=outcome)
    if cause == str(UNKNOWN_NUMBER) and (peer := peer_of(house.published.site, place.number)) is not None:
        return refuse("unknown_number", f"site {peer.name} has no number {place.number}")
    return _missed(house, place, outcome).after(f"{place.number}: {_SAID[outcome]}")


def _for_asker(house: House, decision: Decision) -> Decision:
    """A flow that asked hears how it went; only phones, numbers outside, boxes and rooms are tried for it.

    Another site tells its own caller.
    """
    if not house.step_seconds:
        silent = house.came.link and decision.act == "refuse"
        return decision._replace(words=()) if silent else decision
    if decision.act == "flow":
        reason = f"a flow's step is not sent on to a flow: {decision.target}"
        return Decision("back", STATUSES["unreachable"], (*decision.reasons, reason))
    if decision.act in ("refuse", "hangup"):
        status = STATUSES.get(decision.argument, STATUSES["unreachable"])
        return Decision("back", status, decision.reasons)
    return decision


def outcome_of(dial_status: str, cause: str) -> Outcome:
    """Dial's outcome; a declined call counts as busy, whatever Dial makes of it."""
    if dial_status == "ANSWER":
        return "answered"
    if dial_status == "BUSY" or cause in (str(BUSY), str(DECLINED)):
        return "busy"
    return "no_answer" if dial_status in ("NOANSWER", "CANCEL") else "unreachable"


def _owner(house: House, seat: str) -> str:
    """Whose rights count: of the agent at the seat, if any are said, else the seat's."""
    sitting = (agent for agent, there in _seated(house).items() if there == seat)
    return next((agent for agent in sitting if agent in house.plan.rights), seat)


def _feature(plan: NumberPlan, seat: str, dialled: str) -> Decision:
    if dialled not in plan.features and dialled[:1] == "*" and dialled[1:] in plan.mailboxes:
        return Decision("voicemail", dialled[1:], (f"{dialled} leads to mailbox {dialled[1:]}",))
    found = find(plan.features, dialled)
    if found is None:
        return refuse("unknown_number", f"{dialled} is no feature code")
    if not seat:
        return refuse("unknown_number", "feature codes are for the house's own phones")
    reason = f"{dialled} is the feature code of {found.name}"
    return Decision("feature", found.name, (reason,), argument=found.argument)


def _seated(house: House) -> Mapping[str, str]:
    return house.desks.seated if house.desks else {}


def settings_of(house: House, number: str) -> Settings:
    """A number's own settings, and for an agent those of the seat where they are silent."""
    known = house.desks.settings if house.desks else {}
    at = house.plan.numbers.get(_seated(house).get(number, ""), number)
    return known.get(number, Settings()).over(known.get(at, Settings()))


def _ring(house: House, place: Place) -> Decision:
    number, plan = place.number, house.plan
    if number in house.published.by_number:
        return Decision("flow", number, (f"{number} is a number of the house: its flow is opened",))
    if number in plan.seats or number in plan.agents:
        return _ring_desk(house, place)
    if number in plan.rooms:
        return Decision("conference", number, (f"{number} is a conference room",))
    if number in plan.mailboxes:
        return Decision("voicemail", number, (f"{number} is a mailbox",))
    if (peer := peer_of(house.published.site, number)) is not None:
        return _to_site(house, place, peer)
    if is_outside(house.published, number):
        return _outside(house, place._replace(trunk=0))
    return refuse("unknown_number", f"{number} is no number of this house, and no route takes it")


def _ring_desk(house: House, place: Place) -> Decision:
    """A seat's or an agent's phone, unless it is not to be disturbed or sends its calls on."""
    number, settings = place.number, settings_of(house, place.number)
    if settings.do_not_disturb:
        return _missed(house, place, "busy").after(f"{number} is not to be disturbed")
    if settings.always and house.came.phone_only:
        return refuse("busy", f"all calls to {number} go elsewhere, and a queue asks for this phone alone")
    if settings.always:
        return _pass_on(house, place, settings.always, f"all calls to {number} go to {settings.always}")
    if number in house.plan.seats:
        endpoint = house.plan.seats[number]
        what = f"the telephone on channel {endpoint}" if is_on_board(endpoint) else f"seat {endpoint}"
        reason = f"{number} is {what}"
    elif house.desks is None:
        reasons = (f"{number} is an agent", "where agents sit can't be found out now")
        return _missed(house, place, "unreachable").after(*reasons)
    elif number not in house.desks.seated:
        return _missed(house, place, "unreachable", "not_logged_in").after(f"agent {number} is not logged in")
    else:
        endpoint = house.desks.seated[number]
        reason = f"agent {number} sits at {endpoint}"
    if why := _would_go_back(house, endpoint):
        return refuse("no_line", reason, why)
    seconds = house.step_seconds if place.hops == 0 else 0
    idle = house.came.phone_only or (bool(house.step_seconds) and number in house.plan.agents)
    rings = _dial(endpoint, place, seconds or settings.ring_seconds or RING_SECONDS)
    return rings._replace(idle=idle).after(reason)


def _would_go_back(house: House, endpoint: str) -> str:
    """Why a phone of another site is not rung for this call. A flow's step rings it all the same, as queues do."""
    site = house.published.site
    peer = None if house.step_seconds else peer_of(site, house.plan.numbers.get(endpoint, ""))
    return barred(site, peer, house.came) if peer else ""


def _pass_on(house: House, place: Place, to: str, why: str, confirm: bool = False) -> Decision:
    """By the rights of whom the call was for. A call that goes round and round ends as busy."""
    if place.hops >= MAX_HOPS:
        return refuse("busy", why, f"it was passed on {MAX_HOPS} times: no further")
    owner = house.plan.seats.get(place.number, place.number)
    return _ring(house, Place(to, place.hops + 1, owner=owner, confirm=confirm)).after(why)


def _dial(endpoint: str, place: Place, seconds: int) -> Decision:
    return Decision("dial", phone_of(endpoint), (), place, seconds=seconds)


def _to_site(house: House, place: Place, peer: Peer) -> Decision:
    """An inside number of another site: over the link, with what becomes of it decided there."""
    why, trunk = barred(house.published.site, peer, house.came), house.published.trunks[peer.trunk]
    if why:
        return refuse("no_line", why)
    return Decision(
        "out",
        dial_string(trunk, place.number),
        (f"{place.number} is a number of site {peer.name}: link {peer.trunk}, at no cost",),
        place._replace(trunk=None),
        seconds=house.step_seconds or LINK_SECONDS,
        trunk=peer.trunk,
        limit=trunk.channels,
        caller_id=house.plan.numbers.get(place.owner, ""),
    )


def _outside(house: House, place: Place) -> Decision:
    """Out by the trunk of ``place``; with nobody's rights there is no way."""
    if not place.owner:
        return refuse("not_allowed", "outside numbers are for the house's own phones")
    rights = house.plan.rights.get(place.owner, DEFAULT_RIGHTS)
    from_there = place.owner == house.came.link
    came = house.came if from_there else house.came._replace(link="")
    way = way_out(house.published, place.number, rights, house.at, place.trunk or 0, came)
    if not isinstance(way, Way):
        return refuse("no_line" if from_there else way.why, *way.reasons)
    return Decision(
        "out",
        way.target,
        way.reasons,
        place,
        seconds=way.seconds,
        trunk=way.trunk,
        limit=way.limit,
        caller_id=way.caller_id or house.plan.numbers.get(place.owner, "" if from_there else place.owner),
        counts=way.counts if not place.trunk else "",
    )


def capped(house: House, decision: Decision, why: str) -> Decision:
    """Instead of ``decision``, a call that would go out: refused, for ``why``."""
    return _for_asker(house, refuse("cap", *decision.reasons, why))


def _trunk_failed(house: House, place: Place, dial_status: str, cause: str) -> str:
    tried = _outside(house, place)
    link = tried.trunk in house.published.links
    return next_trunk(tried.trunk, dial_status, cause, link) if tried.act == "out" else ""


def _missed(house: House, place: Place, outcome: Outcome, told: str = "") -> Decision:
    """On to where the number sends such calls, else its own mailbox takes a message, else the caller is told.

    A flow has boxes of its own. ``told``: what it is told, when that is more than the outcome.
    """
    if house.came.phone_only:
        return refuse(outcome)
    settings = settings_of(house, place.number)
    if to := getattr(settings, outcome):
        return _pass_on(house, place, to, f"{place.number} sends such calls to {to}")
    if settings.follow_me and outcome != "busy":
        to = settings.follow_me
        return _pass_on(house, place, to, f"{place.number} is followed to {to}", confirm=True)
    if place.number in house.plan.mailboxes and not house.step_seconds:
        return Decision("voicemail", place.number, (f"mailbox {place.number} takes a message",))
    return refuse(outcome)._replace(argument=told or outcome)


STATUSES = {
    "answered": "ANSWER",
    "busy": "BUSY",
    "no_answer": "NOANSWER",
    "unreachable": "CHANUNAVAIL",
    "not_logged_in": "LOGGEDOFF",
}
"""What a flow's step is told: DIALSTATUS, and a word of our own."""
_SAID = {"busy": "busy", "no_answer": "no answer", "unreachable": "its phone can't be reached"}
