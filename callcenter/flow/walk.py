"""A call's walk through its flows: it asks for things, is given answers, and says what it did and why.

The same walk serves calls and simulations. It is pure: no socket, no clock but the moment passed in.
It never raises on what a caller, an old cursor or another system gives it; it goes to the operator.
"""

from __future__ import annotations

import datetime as dt

from callcenter.flow.call import Call
from callcenter.flow.dialogue import Act, Answer, Collect, Hear, HungUp, Pressed, Request
from callcenter.flow.hops import hop
from callcenter.flow.kinds import KINDS
from callcenter.flow.movement import Movement
from callcenter.flow.place import END, Asked, Place
from callcenter.flow.result import Fact, Went
from callcenter.routing.decision import Decision, Way, decide, route
from callcenter.routing.known import NOTHING, Known
from callcenter.site import steps
from callcenter.site_file.published import Published

MOST_STEPS, MOST_QUIET_STEPS = 1000, 200
"""Steps in a call, and in a row without asking the caller for a key, before the loop guard steps in."""

OVER, REFUSED = Act("hangup"), Act("busy")

ASKING = (steps.Menu, steps.Collect)
"""Kinds that ask the caller for keys: a call that comes to one does not go in silent circles."""

SPOKEN = (Hear, Collect)
"""Requests that are heard before they are answered."""

BEGUN = {
    "queue": "the caller waits in queue {0.target}",
    "seat": "seat {0.target} is rung",
    "agent": "agent {0.target} is rung",
    "outside": "{0.target} is rung over trunk {0.trunk}",
    "voicemail": "the caller is put to mailbox {0.target}",
    "conference": "the caller is asked for the PIN of room {0.target}",
    "survey": "the caller is asked survey {0.target}",
    "callback": "the caller is to be called back from queue {0.target}",
    "hangup": "the flow ends here",
    "busy": "the call is refused",
}
"""Why an action begins, by its kind; 0 is the request."""


class Walk:
    """Begin with ``Walk.enter``, go on from a stored place with ``Walk(...)``; then ask and answer.

    ``request`` is what is wanted now; ``answer`` moves on to the next request; ``facts`` grows with each
    step done (the driver may clear it). ``place`` can be stored at any request: a walk that goes on from
    it asks the same and comes to the same, except for masked values, which are not stored.
    """

    def __init__(
        self,
        published: Published,
        place: Place,
        *,
        caller: str,
        trunk: str,
        did: str,
        at: dt.datetime,
        known: Known = NOTHING,
    ) -> None:
        self.place = place
        self.facts: list[Fact] = []
        self.decisions: list[Decision] = []
        """Where the call was sent, with the reasons in order; grows as ``facts`` does."""
        self.request: Request = OVER
        self.ended = True
        """Whether nothing is left to do but hang up."""
        self._step: steps.Step
        """The step that ``request`` is of."""
        self._heard: tuple[str, ...] = ()
        """The prompts that the answer's fact tells of; an action's were told when it began."""
        self._requests = published.requests
        self._remembering = published.remembering
        self._loops = published.site.loops
        self._movement = Movement(published, place)
        self._call = Call(published, place, caller, trunk, did, at, known)
        if self._movement.step is None and place.step != END:
            self._recover()
        self._go_on()

    @classmethod
    def enter(
        cls,
        published: Published,
        *,
        caller: str,
        trunk: str,
        did: str,
        at: dt.datetime,
        known: Known = NOTHING,
    ) -> Walk:
        """The walk of a new call, from where it is sent: the start of a flow, straight to a queue, or an end."""
        way = decide(published, trunk, did, caller, at, known)
        place = Place(way.flow, END, way.language, priority=way.priority)
        walk = cls(published, place, caller=caller, trunk=trunk, did=did, at=at, known=known)
        walk.decisions.append(way.decision)
        if way.refused or way.message:
            walk.request = (
                REFUSED if way.refused else Act("hangup", prompts=(way.message,), language=way.language)
            )
        elif way.flow:
            walk._begin_at(way, published)
        return walk

    def _begin_at(self, way: Way, published: Published) -> None:
        place = self.place
        if way.tier:
            place.keep("tier", way.tier)
        self._movement.go(way.flow, published.flows[way.flow].start)
        if way.queue:
            place.step, place.back = f".{way.queue}", ()
            self._movement.stand(published.direct[place.step])
            if (manager := way.manager) is not None:
                place.asked = Asked(f"v{manager.id}", manager.agent, manager.wait_seconds)
        self._tell_of_arrival("entered", way.reason)
        self._go_on()

    def answer(self, answer: Answer) -> None:
        """Take the answer to ``request`` and move on. One that does not fit counts as silence or failure."""
        if self.ended:
            return
        if isinstance(answer, HungUp):
            self._hung_up()
            return
        answered = KINDS[type(self._step)].answered
        if answered is not None:
            self._take(self._step, answered(self._step, self._call, answer), self._heard)
            self._go_on()

    def _go_on(self) -> None:
        """Through all steps that need nothing from the driver, up to the next request."""
        while (step := self._movement.step) is not None:
            wanted = self._wanted(step)
            if isinstance(wanted, Act) and not self.place.doing:
                wanted = hop(wanted, self.place, self._loops)
            if not isinstance(wanted, Went):
                self._wait_for(step, wanted)
                return
            self._take(step, wanted)
        self.place.forget_masked()
        self.request, self.ended = OVER, True

    def _wanted(self, step: steps.Step) -> Request | Went:
        """What the step asks, or the way it goes at once. A menu is answered by a key typed ahead."""
        place = self.place
        ask, answered, alike = KINDS[type(step)]
        if place.typed and answered and isinstance(step, steps.Menu):
            key, place.typed = place.typed, ""
            return answered(step, self._call, Pressed(key))
        if not alike or place.missed or place.typed or place.priority or place.asked:
            return ask(step, self._call)
        where = (place.flow, place.step, place.language)
        request: Request | Went | None = self._requests.get(where)
        if request is None:
            request = ask(step, self._call)
            if where[:2] not in self._remembering:
                self._requests[where] = request
        return request

    def _wait_for(self, step: steps.Step, request: Request) -> None:
        self.request, self._step = request, step
        if isinstance(request, Act):
            self._heard, self.ended = (), request.kind in ("hangup", "busy")
            if not self.place.doing:
                self._begin(step, request)
            return
        self._heard, self.ended = request.prompts if isinstance(request, SPOKEN) else (), False
        if isinstance(step, ASKING):
            self.place.quiet = 0

    def _begin(self, step: steps.Step, act: Act) -> None:
        place = self.place
        place.doing, place.typed = True, ""
        place.forget_masked()
        outcome, then = ("over", "@hangup") if self.ended else ("begun", None)
        reason = BEGUN[act.kind].format(act)
        self._tell(step, outcome, reason, then, act.prompts)

    def _take(self, step: steps.Step, went: Went, heard: tuple[str, ...] = ()) -> None:
        """Move on the way a step went, and tell of it."""
        place = self.place
        flow, name, language = place.flow, place.step, place.language
        then = self._movement.follow(went.target)
        if went.heard is not None:
            heard = went.heard
        self.facts.append(
            Fact(flow, name, step.kind, language, heard, went.keys, went.outcome, then, went.reason)
        )
        if went.decision is not None:
            self.decisions.append(went.decision)
        if place.steps > MOST_STEPS or place.quiet > MOST_QUIET_STEPS:
            self._guard()

    def _guard(self) -> None:
        """The call goes in circles: to the operator the first time, to the end the second."""
        place, step = self.place, self._movement.step
        if step is None:
            return
        quiet = place.quiet > MOST_QUIET_STEPS
        what = f"{place.quiet} steps without a question" if quiet else f"{place.steps} steps in one call"
        target, sentence = (
            ("@hangup", "the call ends") if place.guarded else ("@operator", "on to the operator")
        )
        place.steps, place.quiet, place.guarded = 0, 0, True
        self._take(step, Went("loop_guard", target, f"{what}: {sentence}"))

    def _recover(self) -> None:
        """The stored place is not in this version: to the operator of its flow, or of the number's flow."""
        place = self.place
        entry = route(self._call.published, self._call.trunk, self._call.did)
        flows = self._call.published.flows
        place.flow = place.flow if place.flow in flows else entry.flow
        place.language = place.language or entry.language
        place.step = END
        if place.flow:
            self._movement.go(place.flow, flows[place.flow].operator)
            self._tell_of_arrival("lost", "the call stood at no step of this version: on to the operator")

    def _hung_up(self) -> None:
        self._tell(self._step, "hung_up", "the caller hung up", None, self._heard)
        self.place.step, self.request, self.ended = END, OVER, True

    def _tell_of_arrival(self, outcome: str, reason: str) -> None:
        step = self._movement.step
        if step is not None:
            self._tell(step, outcome, reason, self.place.step)

    def _tell(
        self, step: steps.Step, outcome: str, reason: str, then: str | None, heard: tuple[str, ...] = ()
    ) -> None:
        """Of something that does not move the call."""
        place = self.place
        self.facts.append(
            Fact(place.flow, place.step, step.kind, place.language, heard, None, outcome, then, reason)
        )
