"""Whether what was found of a call is what ought to be there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lab.demo.evidence import Evidence

STRAY_SECONDS = 0.06
"""A tone this short on the wrong side is a window at a seam."""


@dataclass(frozen=True)
class Expectation:
    """One thing that must be found. ``found`` says what was."""

    wanted: str
    met: bool
    found: str


@dataclass(frozen=True)
class Checks:
    """What can be expected of a call; each answer says what was found."""

    of: Evidence

    def entered(self, trunk: str, did: str, heard: Sequence[str]) -> Iterator[Expectation]:
        """Where it came in, and that these prompts were heard in this order."""
        call = self.of.page.call
        yield Expectation(f"came in on trunk {trunk}", call.trunk == trunk, f"{call.trunk}")
        yield Expectation(f"dialled {did}", call.did == did, f"{call.did}")
        yield Expectation(f"heard {', '.join(heard)}", self._hears(heard), ", ".join(self.of.heard))
        yield Expectation(
            "each prompt is in the caller's ear", not self.of.unheard, f"not: {self.of.unheard}"
        )

    def pressed(self, keys: list[str]) -> Expectation:
        """The keys, one menu after the other."""
        return Expectation(f"pressed {' '.join(keys)}", self.of.keys == keys, " ".join(self.of.keys))

    def visit(self, queue: str, outcome: str, agent: str | None) -> Expectation:
        """One stay in the queue, with its wait measured."""
        met = any(
            (visit.queue, visit.outcome, visit.agent) == (queue, outcome, agent)
            and (visit.wait_ms is not None or outcome == "nobody")
            for visit in self.of.page.visits
        )
        found = [f"{visit.queue}: {visit.outcome} {visit.agent or ''}" for visit in self.of.page.visits]
        return Expectation(f"queue {queue}: {outcome} {agent or ''}".strip(), met, ", ".join(found))

    def no_queue(self) -> Expectation:
        """It never waited."""
        return Expectation("no queue", not self.of.page.visits, f"{len(self.of.page.visits)} visits")

    def announced(self, agent: str) -> Expectation:
        """The caller heard the agent's number, to its end."""
        met = self.of.heard_whole(f"agent-{agent}")
        return Expectation(
            f"agent {agent} announced to the caller", met, "it is" if met else "not in the ear"
        )

    def both_talk(self, agent: str) -> Expectation:
        """The recording has the caller's tone left only and the agent's right only."""
        rows = [row for row in self.of.page.recordings if row.agent == agent and row.state == "ready"]
        sides = self.of.sides(rows[0].path) if rows else None
        met = (
            sides is not None
            and min(sides.caller_left, sides.agent_right) > 1
            and sides.strays < STRAY_SECONDS
        )
        return Expectation(f"recording: caller left, agent {agent} right", met, f"{sides}")

    def call_ended_by(self, who: str) -> Expectation:
        """Who ended the talk."""
        found = ", ".join(str(visit.ended_by) for visit in self.of.page.visits)
        return Expectation(f"talk ended by the {who}", found == who, found)

    def scored(self, score: int) -> Expectation:
        """Exactly one score for the answered visit."""
        found = [row.score for row in self.of.page.scores]
        return Expectation(f"scored {score}", found == [score], f"{found}")

    def thanked(self) -> Expectation:
        """The caller heard the survey's thanks to their end, and Hotline hung up."""
        call = self.of.page.call
        met = self.of.thanks is not None and call.ended_by == "hotline"
        return Expectation(
            "thanked, then hung up on", met, f"thanks {self.of.thanks}, ended by {call.ended_by}"
        )

    def message(self, mailbox: str, at_least_seconds: float) -> Expectation:
        """A message with a row and a file, the caller's tone in it."""
        rows = [row for row in self.of.page.voicemails if row.mailbox == mailbox]
        spoken = self.of.tone_in_message(rows[0].path) if rows else 0.0
        met = len(rows) == 1 and spoken >= at_least_seconds
        found = f"{len(rows)} rows, {spoken:.1f} s of the caller's tone"
        return Expectation(f"message in box {mailbox}", met, found)

    def called_back(self, queue: str) -> Expectation:
        """A wish to be called back at the caller's own number."""
        found = [(row.queue, row.number) for row in self.of.page.callbacks]
        met = found == [(queue, self.of.page.call.caller)]
        return Expectation(f"call-back noted for queue {queue}", met, f"{found}")

    def limit_reached(self, step: str, then: str) -> Expectation:
        """The menu gave up and went on there."""
        tries = [row for row in self.of.page.steps if row.step == step]
        outcomes = [row.outcome for row in tries]
        met = bool(tries) and tries[-1].next == then and {"wrong_key", "no_input"} <= set(outcomes)
        return Expectation(f"limits of {step} lead to {then}", met, ", ".join(outcomes))

    def says_goodbye(self) -> Expectation:
        """The flow came to its end."""
        met = self.of.heard[-1:] == ["goodbye"] and self.of.page.call.state == "closed"
        return Expectation(
            "goodbye heard, call closed", met, f"{self.of.heard[-1:]}, {self.of.page.call.state}"
        )

    def _hears(self, names: Sequence[str]) -> bool:
        """Whether these were heard in this order, whatever was heard between."""
        rest = iter(self.of.heard)
        return all(name in rest for name in names)
