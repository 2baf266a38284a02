"""A call from a seat without a queue: which of its agents' legs are recorded?"""

from __future__ import annotations

from agi.call import Call
from agi.services import Services
from agi.snapshots import Snapshot
from callcenter.channel_variables import RECORD_OWN, RECORD_THEIRS, TOLD_OUTSIDE
from callcenter.facts import RECORDING
from callcenter.recording_policy import direct
from callcenter.routing.inside_call import Decision, House

UNKNOWN = "?"
"""The agent at a seat, while it can't be found out: what is recorded is looked at again when the leg has ended."""
NOTHING = {RECORD_OWN: "", RECORD_THEIRS: "", TOLD_OUTSIDE: ""}


def recorded(
    call: Call, services: Services, snapshot: Snapshot, house: House, seat: str, made: Decision
) -> dict[str, str]:
    """What the dialplan needs; the decision is kept.

    Who was passed on, is rung by a flow, or while the seat has another call in hand, goes by what was decided
    of that call.
    """
    outside, by_flow = made.act == "out", bool(house.step_seconds)
    if made.act not in ("dial", "out") or call.args[5] or by_flow or (_consults(call) and not outside):
        return NOTHING
    own = _agent_at(house, seat)
    theirs = "" if outside else _agent_at(house, made.target.removeprefix("PJSIP/"))
    if not own and not theirs:
        return NOTHING
    found = direct(snapshot.published.site, call.call_id, made.trunk or None, own, theirs)
    row = {
        "at": services.clock(),
        "queue": None,
        "record": found.own.record or found.theirs.record,
        "reason": found.reason,
        "consent": "told" if found.prompt else None,
    }
    services.facts.put(RECORDING, call.call_id, row)
    told = (
        snapshot.prompts.find(found.prompt, snapshot.published.site.languages[0]).path if found.prompt else ""
    )
    return {
        f"_{RECORD_OWN}": "1" if found.own.record else "",
        RECORD_THEIRS: "1" if found.theirs.record else "",
        TOLD_OUTSIDE: told,
    }


def _consults(call: Call) -> bool:
    """Whether the seat has another call in hand; a call that began under an older version doesn't say."""
    return call.args[8:9] == ("1",)


def _agent_at(house: House, seat: str) -> str:
    if house.desks is None:
        return UNKNOWN
    return next((agent for agent, there in house.desks.seated.items() if there == seat), "")
