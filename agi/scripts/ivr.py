"""agi://…/ivr — one stretch of a call's flow: from where it stands to the dialplan's next action.

The walk (``callcenter.flow``) decides, this script lets the caller hear and press. It holds nothing
between two stretches: where the call stands travels in its channel variables.
"""

from __future__ import annotations

from collections.abc import Callable

from agi.call import Call
from agi.lookup import look_up
from agi.outcomes import HungUp
from agi.scripts.asked_once import mark_asked, was_asked
from agi.scripts.knowing import agent_state, closings, of_the_caller, who_served
from agi.scripts.outgoing import refused_to_flow
from agi.scripts.recording import NOT_RECORDED, RecordingRules
from agi.scripts.survey import survey
from agi.services import Services
from agi.snapshots import Snapshot
from agi.speaking import MARGIN_SECONDS, Voice
from callcenter.agents.penalty import first_max_penalty
from callcenter.channel_variables import (
    CONFIRM,
    CURSOR,
    DONE,
    FALLBACK_FLOW,
    LANGUAGE,
    LIMIT,
    NEXT,
    OUT,
    OVER,
    QUEUE_MAX_PENALTY,
    QUEUE_PRIORITY,
    SECONDS,
    SHOWN,
    TARGET,
    TELL_AGENT,
    VARIABLES,
    VERSION,
    WHISPER,
)
from callcenter.facts import CALLBACK, DECISION, STEP
from callcenter.flow import dialogue
from callcenter.flow.place import Place
from callcenter.flow.walk import Walk
from callcenter.routing.known import NOTHING
from callcenter.routing.outbound import dial_string, shown_on
from callcenter.site.service import Queue

AGENT_HUNG_UP, ANSWERED = "CONTINUE", "ANSWER"
KEPT = dialogue.Outcome("KEPT")
REFUSED = dialogue.Outcome("CHANUNAVAIL")


def ivr(call: Call, services: Services) -> None:
    """Walk until the dialplan has to act, then leave it the action and the place."""
    call_id, version, cursor, outcome, trunk, did, variables, fallback = call.args
    snapshot = services.snapshots.of(version)
    stretch = _Stretch(call, call_id, services, snapshot, answered=bool(cursor))
    at = services.clock()
    if cursor:
        place = Place.parse(cursor, variables)
        stood = (place.flow, place.step) if place.doing else None
        known = NOTHING if outcome == AGENT_HUNG_UP else closings(call, services)
        walk = Walk(snapshot.published, place, caller=call.callerid, trunk=trunk, did=did, at=at, known=known)
        found = stood == (place.flow, place.step)  # else it is the operator's action now, not begun yet
        stretch.run(walk, lambda: stretch.after_action(walk, outcome) if found else None)
    else:
        known = of_the_caller(call, services, snapshot)
        walk = Walk.enter(snapshot.published, caller=call.callerid, trunk=trunk, did=did, at=at, known=known)
        stretch.run(walk, lambda: stretch.keep_fallback(walk.place.flow, fallback))


class _Stretch:
    """One run of the script for one call."""

    def __init__(
        self, call: Call, call_id: str, services: Services, snapshot: Snapshot, answered: bool
    ) -> None:
        self._call = call
        self._call_id = call_id
        self._services = services
        self._snapshot = snapshot
        self._voice = Voice(call, snapshot.prompts, answered)
        trunk, site = call.args[4], snapshot.published.site
        self._recording = RecordingRules(call, call_id, trunk, site, self._voice, services)
        self._told = self._decided = 0

    def after_action(self, walk: Walk, outcome: str) -> None:
        """Take what the dialplan's action came to; an answered queue call is first asked its survey, once."""
        act = walk.request
        wanted = isinstance(act, dialogue.Act) and outcome == AGENT_HUNG_UP and act.survey
        if wanted and not was_asked(self._call, self._call_id):
            self._survey(wanted, walk)
            mark_asked(self._call, self._call_id)
        walk.answer(dialogue.Outcome(outcome))

    def keep_fallback(self, flow: str, fallback: str) -> None:
        """Should this process die in mid-menu, the caller goes to this flow's static menu, not the trunk's."""
        if flow not in ("", fallback):
            self._call.set_variables({FALLBACK_FLOW: flow})

    def run(self, walk: Walk, first: Callable[[], None]) -> None:
        """Do what comes first, then ask and answer up to the next action; each fact is told when it is made."""
        self._tell(walk)
        try:
            first()
            self._tell(walk)
            while not self._left_to_dialplan(walk):
                self._tell(walk)
        except HungUp:
            walk.answer(dialogue.HungUp())
            raise
        finally:
            self._tell(walk)

    def _left_to_dialplan(self, walk: Walk) -> bool:
        request = walk.request
        if isinstance(request, dialogue.Act):
            return self._act(request, walk)
        if isinstance(request, dialogue.Hear):
            walk.answer(dialogue.Pressed(self._voice.hear(request)))
        elif isinstance(request, dialogue.Collect):
            walk.answer(dialogue.Collected(self._voice.collect(request)))
        elif isinstance(request, dialogue.WhoServed):
            walk.answer(who_served(self._call, self._services, self._snapshot, request))
        elif isinstance(request, dialogue.AgentState):
            walk.answer(agent_state(self._call, request))
        else:
            walk.answer(self._look_up(request))
        return False

    def _look_up(self, request: dialogue.Lookup) -> dialogue.Answer:
        self._call.arm(request.timeout_seconds + MARGIN_SECONDS)
        work = look_up(self._services.http, request)
        return self._call.wait_for(work, request.timeout_seconds + 1)

    def _act(self, act: dialogue.Act, walk: Walk) -> bool:
        """True when the dialplan goes on; False when the action is done here."""
        if act.kind == "survey":
            self._survey(act.target, walk)
            walk.answer(dialogue.Outcome("DONE"))
            return False
        published = self._snapshot.published
        if act.kind == "outside" and refused_to_flow(
            self._call, self._services, published, walk.place.flow, act.target
        ):
            walk.answer(REFUSED)
            return False
        self._voice.play(act.prompts, act.language)
        if act.kind == "queue":
            self._voice.answer()
        if act.kind == "callback":
            self._keep_callback(act)
            walk.answer(KEPT)
            return False
        self._leave(act, walk.place)
        return True

    def _leave(self, act: dialogue.Act, place: Place) -> None:
        """The one line that hands the call back: the action, the place, and the done marker."""
        values = {NEXT: ACTIONS[act.kind], LANGUAGE: place.language}
        if act.kind not in ("hangup", "busy"):
            values |= self._action(act, place.language) | self._place(place)
        self._call.set_variables({**values, DONE: "1"})

    def _action(self, act: dialogue.Act, language: str) -> dict[str, str]:
        """What the dialplan needs for the action."""
        values = self._outside(act) if act.kind == "outside" else {}
        values |= {TARGET: self._target(act), SECONDS: str(act.seconds or ""), OVER: _over(act)}
        if act.kind != "queue":
            return values | self._recorded(act, language) | {f"__{TELL_AGENT}": "0"}
        meant = act.served or act.target
        queue = self._snapshot.published.queues.get(meant)
        return (
            values
            | self._recording.before(meant, language)
            | {
                QUEUE_PRIORITY: str(act.priority),
                f"__{TELL_AGENT}": str(int(queue is not None and queue.announce_agent)),
                f"__{WHISPER}": self._whispered(queue),
                QUEUE_MAX_PENALTY: str(first_max_penalty(queue)),
            }
        )

    def _recorded(self, act: dialogue.Act, language: str) -> dict[str, str]:
        if act.kind == "seat":
            return self._recording.before_seat(act.target, language)
        return self._recording.before(None, language, act.target) if act.kind == "agent" else NOT_RECORDED

    def _target(self, act: dialogue.Act) -> str:
        """A seat goes by its number, so that its own settings count."""
        if act.kind == "seat":
            return self._snapshot.numbers.numbers.get(act.target, "0")
        trunk = self._snapshot.published.trunks.get(act.trunk)
        return dial_string(trunk, act.target) if trunk else act.target

    def _outside(self, act: dialogue.Act) -> dict[str, str]:
        """The call counts on its trunk."""
        trunk = self._snapshot.published.trunks.get(act.trunk)
        limit, shown = (str(trunk.channels), shown_on(trunk)) if trunk else ("0", "")
        return {f"_{OUT}": act.trunk, f"_{LIMIT}": limit, SHOWN: shown, CONFIRM: ""}

    def _whispered(self, queue: Queue | None) -> str:
        """The file of what the queue tells its agents, in the site's own language."""
        if queue is None or queue.whisper is None:
            return ""
        return self._snapshot.prompts.find(queue.whisper, self._snapshot.published.site.languages[0]).path

    def _place(self, place: Place) -> dict[str, str]:
        """What brings the call back to its place after the action."""
        return {
            VERSION: str(self._snapshot.version),
            CURSOR: place.cursor,
            VARIABLES: place.variables_text,
            FALLBACK_FLOW: place.flow,
        }

    def _survey(self, name: str, walk: Walk) -> None:
        asked = self._snapshot.published.surveys.get(name)
        if asked is not None:
            survey(self._voice, asked, walk.place.language, self._call_id, self._services)

    def _keep_callback(self, act: dialogue.Act) -> None:
        self._services.facts.put(
            CALLBACK,
            self._call_id,
            {"queue": act.target, "number": act.number, "asked_at": self._services.clock(), "state": "open"},
        )

    def _tell(self, walk: Walk) -> None:
        """Put the facts since the last time into the journal."""
        if not (walk.facts or walk.decisions):
            return
        shared = {
            "uniqueid": self._call.uniqueid,
            "at": self._services.clock(),
            "version": self._snapshot.version,
        }
        for fact in walk.facts:
            self._told += 1
            row = {**fact._asdict(), **shared, "number": self._told}
            self._services.facts.put(STEP, self._call_id, row)
        walk.facts.clear()
        for decision in walk.decisions:
            self._decided += 1
            self._services.facts.put(
                DECISION, self._call_id, {**decision._asdict(), **shared, "number": self._decided}
            )
        walk.decisions.clear()


ACTIONS = {
    "queue": "queue",
    "seat": "desk",
    "agent": "desk",
    "outside": "outside",
    "voicemail": "voicemail",
    "conference": "conference",
    "hangup": "hangup",
    "busy": "busy",
}
"""The dialplan's extension ``act_…`` for each kind of action."""


def _over(act: dialogue.Act) -> str:
    if not act.last:
        return ""
    return AGENT_HUNG_UP if act.kind == "queue" else ANSWERED
