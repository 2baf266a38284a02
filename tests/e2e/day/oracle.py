"""Where each call of a day is to go by the simulator's own code, to be compared with what was kept of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from callcenter.agents.personal_queues import queue_of
from callcenter.flow import Fact, Served
from callcenter.routing import known_store
from callcenter.routing.decision import Decision
from callcenter.routing.desks import around
from callcenter.routing.inside_call import House
from callcenter.routing.number_plan import NumberPlan
from callcenter.simulator.phones import Phones
from callcenter.simulator.walk import Path, People, simulate
from callcenter.site import Site
from callcenter.site_file.published import Published
from tests.e2e import site_day
from tests.e2e.day.plan import Planned
from tests.e2e.site_day_hands import LINES, Line, seat_number
from tests.e2e.telephony_site import seat_of

WAITS = "the caller waits in queue "
STATES = ("free", "busy")
"""What an agent may be who is asked for by name: nobody pauses on this day."""
KEPT = {"done": "answered", "no_answer": "timeout"}
"""A queue step's outcome as its visit has it, where the words differ."""
REMEMBERED_HOURS = 24
SEATS_OF = {seat_number(line.colleague): seat_of(line.colleague) for line in LINES}
"""Where those sit who dial codes for a call of somebody else's."""
SLACK = dt.timedelta(seconds=1)
"""A call's first step is told this long after it was decided, at most; a reason may name the minute."""


@dataclass(frozen=True)
class Way:
    """A call's way: decisions, steps, and stays in queues, each in order and in one line."""

    decisions: tuple[str, ...]
    steps: tuple[str, ...]
    visits: tuple[str, ...]

    def __str__(self) -> str:
        return "\n    ".join(("", *self.decisions, *self.steps, *self.visits))

    def is_right(self, found: Way, leaves: bool) -> bool:
        """Whether a call went this way; one whose caller ``leaves`` may end at any action."""
        if not leaves:
            return found == self
        cut = self.steps[: len(found.steps)]
        stayed = [visit.rpartition(" ")[0] for visit in self.visits]
        outcomes = {visit.rpartition(" ")[2] for visit in found.visits}
        return (
            found.decisions == self.decisions
            and found.steps == cut
            and any(" begun " in last for last in cut[-1:])
            and [visit.rpartition(" ")[0] for visit in found.visits] == stayed
            and outcomes <= {"abandoned", "answered"}
        )


def step_line(step: Fact) -> str:
    """A step of the simulator's, or a row of ``steps``, which has the same fields."""
    return (
        f"{step.flow}/{step.step} {step.kind} {step.outcome} -> {step.next} [{step.keys or ''}] {step.reason}"
    )


def decision_line(decision: Decision) -> str:
    """A decision, or its row."""
    return f"{decision.about}: {' -> '.join((*decision.reasons, decision.destination))}"


class Oracle:
    """The simulator with the site and the lists that callers met."""

    def __init__(self, site: Site, session: Session, planned: Sequence[Planned], at: dt.datetime) -> None:
        """Made before the calls are: who has served their callers before is looked up at ``at``."""
        self._published = Published(site)
        self._plan = NumberPlan.of(site)
        self._country = site.country
        self._session = session
        self._served = {call.caller: self._last_served(call, at) for call in planned}

    def _last_served(self, call: Planned, at: dt.datetime) -> Served:
        if not call.remembered:
            return Served()
        queues = {site_day.REMEMBERING, queue_of(call.remembered)}
        since = at - dt.timedelta(hours=REMEMBERED_HOURS)
        return known_store.last_served(self._session, call.caller, queues, since, at, self._country)

    def ways(self, call: Planned, began: dt.datetime) -> list[Way]:
        """Every way that is right for this call; there is more than one only where an agent is asked first."""
        if call.kind.trunk == "seat":
            seat = SEATS_OF.get(call.caller) or site_day.seat(call.caller)
            return [Way(self._dialled(seat, call.dials, began), (), ())]
        ways = [_way(path) for at in (began, began - SLACK) for path in self._paths(call, at)]
        if call.kind.way:
            ways = [way for each in ways for way in self._in_hand(Line(call.kind.way), each, began)]
        if call.kind.passed_on_to:
            ways = [self._passed_on(call, way, began) for way in ways]
        return list(dict.fromkeys(ways))

    def _paths(self, call: Planned, at: dt.datetime) -> Iterator[Path]:
        known = known_store.known(self._session, call.caller, at, self._country)
        for state in STATES if call.kind.asks_for else ("free",):
            people = People(self._served[call.caller], {call.remembered or site_day.MANAGER: state})
            for outcomes in call.kind.outcomes:
                yield simulate(
                    self._published,
                    did=call.dials,
                    trunk=call.kind.trunk,
                    caller=call.caller,
                    at=at,
                    presses=call.kind.presses,
                    outcomes=outcomes,
                    known=known,
                    people=people,
                )

    def _passed_on(self, call: Planned, way: Way, at: dt.datetime) -> Way:
        """The agent sends the caller to another number of the house, and its flow ends before the first one's."""
        number = call.kind.passed_on_to
        dialled = self._dialled(seat_of(site_day.PASSERS[0]), number, at)
        then = _way(simulate(self._published, did=number, trunk="", caller=call.caller, at=at))
        return Way(
            (*way.decisions, *dialled, *then.decisions),
            (*way.steps[:-1], *then.steps, way.steps[-1]),
            way.visits + then.visits,
        )

    def _in_hand(self, line: Line, way: Way, at: dt.datetime) -> Iterator[Way]:
        """What is dialled for the caller is decided by the agent's rights.

        Who is dialled has joined the talk by then, and mostly left it before it is decided that they answered.
        """
        numbers = {
            "three": line.colleague,
            "parked": line.parking,
            "asked_by_command": seat_number(line.colleague),
        }
        made = self._dialled(seat_of(line.agent), numbers[line.way], at) if line.way in numbers else ()
        for so_far in {made, made[:1]}:
            yield Way((*way.decisions, *so_far), way.steps, way.visits)

    def _dialled(self, seat: str, number: str, at: dt.datetime) -> tuple[str, ...]:
        """The decisions on a number dialled at a seat; whoever is rung answers."""
        desks = around(self._session, self._plan, number, seat)
        phones = Phones(House(self._published, self._plan, at, desks))
        return tuple(map(decision_line, phones.dial(seat, number, iter(())).decisions))


def _way(path: Path) -> Way:
    decisions, steps = map(decision_line, path.decisions), map(step_line, path.facts)
    return Way(tuple(decisions), tuple(steps), tuple(_visits(path.facts)))


def _visits(facts: Iterable[Fact]) -> Iterator[str]:
    """The stays in queues that these steps are."""
    queue = ""
    for fact in facts:
        if fact.reason.startswith(WAITS):
            queue = fact.reason.removeprefix(WAITS)
        elif queue and fact.kind == "queue":
            yield f"{queue} {KEPT.get(fact.outcome, fact.outcome)}"
            queue = ""
