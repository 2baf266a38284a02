"""Verbs of the cases on routing.

``listed: {NAME: words}``       this caller's number goes on a list: ``block``, or ``vip --agent 6601 …``
``served_before: {NAME: agent}`` an hour ago this agent has served the caller, whose number a line wrote with +86
``waiting: {QUEUE: callers}``   wait until so many wait there
``closing_pin: NAME``           this caller types the PIN of emergency closings
``refused: NAME``               wait until this caller has been refused
``talks: {NAME: agent}``        wait until this agent has taken the caller's call
``cut_off: AGENT``              this agent's call is ended
"""

from __future__ import annotations

import datetime as dt
import re
import shlex
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from callcenter.secrets import CLOSING_PIN
from lab.sipp_events import Event, EventKind
from lab.sipp_run import Run
from schema.calls import Call, Visit
from tests.e2e import expect
from tests.e2e.house import House
from tests.e2e.telephony_site import seat_of
from tests.e2e.until import until

PATIENCE_SECONDS = 45.0
REMEMBERING = "again66"


class RoutingVerbs:
    """A part of ``tests.e2e.runner.Stage``."""

    if TYPE_CHECKING:
        _house: House
        _stack: ExitStack
        number: dict[str, str]
        parties: dict[str, Run]

        def _wait(self, party: str, kind: EventKind) -> Event: ...

    def do_listed(self, wanted: dict[str, str]) -> None:
        for name, words in wanted.items():
            kind, *options = shlex.split(words)
            self._house.run("callers", kind, f"+86 {self.number[name]}", *options)
            self._stack.callback(self._house.run, "callers", "remove", self.number[name])

    def do_served_before(self, wanted: dict[str, str]) -> None:
        at = self._house.app.clock() - dt.timedelta(hours=1)
        with self._house.app.sessions().begin() as session:
            for name, agent in wanted.items():
                call_id = f"past-{self.number[name]}"
                times = {"started_at": at, "answered_at": at, "ended_at": at}
                caller = f"+86{self.number[name]}"
                session.add(
                    Call(call_id=call_id, direction="inbound", state="closed", caller=caller, **times)
                )
                stay = {"joined_at": at, "answered_at": at, "left_at": at, "outcome": "answered"}
                session.add(Visit(call_id=call_id, number=1, queue=REMEMBERING, agent=agent, **stay))

    def do_closing_pin(self, name: str) -> None:
        self.parties[name].press(f"{self._house.secret(CLOSING_PIN)}#")

    def do_talks(self, wanted: dict[str, str]) -> None:
        for name, agent in wanted.items():
            call_id = expect.call_id(self._house, self.number[name])
            look = partial(self._house.rows, Visit, call_id=call_id, agent=agent)
            until(look, PATIENCE_SECONDS, f"{agent} talks with {name}")

    def do_cut_off(self, agent: str) -> None:
        lines = self._house.asterisk.rx("core show channels concise").splitlines()
        (channel,) = [line.partition("!")[0] for line in lines if line.startswith(f"PJSIP/{seat_of(agent)}-")]
        self._house.asterisk.rx(f"channel request hangup {channel}")

    def do_waiting(self, wanted: dict[str, int]) -> None:
        for queue, count in wanted.items():
            until(partial(self._waits, queue, count), PATIENCE_SECONDS, f"{count} wait in {queue}")

    def _waits(self, queue: str, count: int) -> bool:
        lines = self._house.asterisk.rx(f"queue show {queue}")
        return len(re.findall(r"^\s+\d+\. ", lines, re.MULTILINE)) == count
