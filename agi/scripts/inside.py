"""agi://…/inside — what a seat has dialled, and what becomes of it.

``callcenter/routing/inside.py`` decides, the features are in ``agi/scripts/features/``; the dialplan rings and
asks again.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from agi.call import Call
from agi.database import DatabaseAway, in_database
from agi.outcomes import HungUp
from agi.scripts.features import FEATURES
from agi.scripts.features.desk import Desk
from agi.scripts.outgoing import guarded
from agi.scripts.recording_direct import recorded
from agi.services import Services
from agi.snapshots import Snapshot
from agi.speaking import Voice
from callcenter.channel_variables import (
    CAUSE,
    CONFIRM,
    CURSOR,
    DONE,
    IDLE,
    LIMIT,
    NEXT,
    OUT,
    SECONDS,
    SHOWN,
    TARGET,
    VERSION,
)
from callcenter.errors import HotlineError
from callcenter.facts import DECISION, LINKED
from callcenter.routing import inside as deciding
from callcenter.routing.desks import Desks, around
from callcenter.routing.inside_call import Decision, House, Place
from callcenter.routing.links import FROM_HERE, Came, came
from callcenter.routing.number_plan import NumberPlan


def inside(call: Call, services: Services) -> None:
    """Decide, then leave the dialplan what to do next."""
    version, cursor, dial_status, cause, moved_by, dialled, ring = call.args[1:8]
    snapshot = services.snapshots.of(version)
    numbers = snapshot.numbers
    place, seat = Place.parse(cursor), deciding.seat_of(numbers, call.channel, moved_by)
    asked = place.number if place else dialled
    desks = _desks(call, services, numbers, asked, seat)
    way = _came(call, snapshot, moved_by)
    house = House(snapshot.published, numbers, services.clock(), desks, int(ring or 0), way)
    if place is None:
        decision = deciding.begin(house, seat, dialled)
    else:
        decision = deciding.go_on(house, place, dial_status, cause)
    decision = guarded(call, services, house, decision, seat)
    if way.link and place is None:
        _join(call, services, snapshot, way)
    _tell(call, services, decision)
    own = recorded(call, services, snapshot, house, seat, decision)
    _leave(call, snapshot, _feature(call, services, snapshot, seat, decision), own)


def _came(call: Call, snapshot: Snapshot, moved_by: str) -> Came:
    """How it came over a link; whom a seat passes on begins anew. A call of an older version doesn't say."""
    text = next(iter(call.args[9:10]), "")
    return FROM_HERE if moved_by else came(call.channel, text, snapshot.published.links)


def _join(call: Call, services: Services, snapshot: Snapshot, way: Came) -> None:
    """What the call is called where it began."""
    site = snapshot.published.links[way.link].name
    row = {"site": site, "joint_id": way.joint_id or call.call_id, "at": services.clock()}
    services.facts.put(LINKED, call.call_id, row)


def _desks(call: Call, services: Services, numbers: NumberPlan, number: str, seat: str) -> Desks | None:
    """All that is known of the numbers this call may come to; None while the database is away."""
    if number[:1] in ("*", "#"):
        return None

    def look(session: Session) -> Desks:
        return around(session, numbers, number, seat)

    try:
        return in_database(call, services, look, writes=False)
    except DatabaseAway:
        return None


def _feature(
    call: Call, services: Services, snapshot: Snapshot, seat: str, decision: Decision
) -> Decision | dict[str, str]:
    """What the feature leaves to the dialplan, if it was one; its failure is told to the caller."""
    if decision.act != "feature":
        return decision
    voice = Voice(call, snapshot.prompts, answered=False)
    desk = Desk(call, services, snapshot, voice, seat, decision.argument, bool(call.args[5]))
    try:
        return FEATURES[decision.target](desk) or {NEXT: "hangup"}
    except HungUp:
        raise
    except HotlineError:
        desk.say("house-failed")
        return {NEXT: "hangup"}


def _leave(call: Call, snapshot: Snapshot, what: Decision | dict[str, str], recorded: dict[str, str]) -> None:
    """The one line that hands the call back: the action, the place, and the done marker."""
    values = what if isinstance(what, dict) else _values(call, snapshot, what) | recorded
    call.set_variables({**values, VERSION: str(snapshot.version), DONE: "1"})


def _values(call: Call, snapshot: Snapshot, decision: Decision) -> dict[str, str]:
    target = decision.target
    if decision.words:
        target = "&".join(snapshot.prompts.find(word, call.language).path for word in decision.words)
    return {
        NEXT: decision.act,
        TARGET: target,
        SECONDS: str(decision.seconds or ""),
        CAUSE: str(decision.cause),
        CURSOR: decision.place.cursor if decision.place else "",
        f"_{OUT}": decision.trunk,
        f"_{LIMIT}": str(decision.limit),
        SHOWN: decision.caller_id,
        IDLE: "1" if decision.idle else "",
        CONFIRM: "1" if decision.place and decision.place.confirm else "",
    }


def _tell(call: Call, services: Services, decision: Decision) -> None:
    """Where the call goes, and why."""
    row = {
        "uniqueid": call.uniqueid,
        "at": services.clock(),
        "number": 1,
        **decision.told._asdict(),
    }
    services.facts.put(DECISION, call.call_id, row)
