"""What cases of agents do besides: see ``tests/e2e/runner.py``.

``state: {AGENT: words}``     wait until this is so: a state, ``paused: reason`` or ``logged out``
``member: {AGENT: words}``    wait until Asterisk says so: ``queue NAME penalty N``, then ``paused REASON``
``no_member: {AGENT: queue}``  wait until the agent is out of it
``pin: {NAME: agent}``        the caller types this agent's PIN as soon as they are answered
``number_and_pin: {NAME: agent}`` likewise the agent's number, then the PIN
``nowhere: digits``           no log and no journal holds them
``served: NAME``              wait until an agent has answered this caller
``served_in_order: [NAMES]``  the callers were answered one after the other
``after_wrap_up: {NAME: low, NAME: high}`` the second was served so many seconds after the first's talk
``waited: {NAME: [low, high]}`` the caller waited so many seconds in the queue
``rung_times: {AGENT: times}``      how often this agent's phone has rung
``whispered: AGENT``          the agent heard something before they heard the caller, who heard nothing of it
``phone_dies: AGENT``         the phone vanishes without a word
``phone_lives: AGENT``        it is switched on again
``noticed: {AGENT: seconds}`` the agent was ``unreachable`` so soon after the phone died, and last seen before
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

from callcenter.agents.states import Stretch, present
from lab import audio, g711, sipp
from lab.scenario import Agent, Login
from lab.sipp_run import Address, Run
from schema.calls import Visit
from tests.e2e.case import Case
from tests.e2e.house import House, now
from tests.e2e.until import until, until_is

PATIENCE_SECONDS = 45.0
SEATS = Address("127.0.0.21")
CALLER_HZ = 440.0
LOUD_DB = -45.0


class AgentVerbs:
    """A part of ``Stage``."""

    _case: Case
    _house: House
    _stack: ExitStack
    number: dict[str, str]
    figures: dict[str, float]
    parties: dict[str, Run]
    died_at: float = 0.0

    def do_state(self, wanted: dict[str, str]) -> None:
        for agent, words in wanted.items():
            until_is(words, partial(state_words, self._house, agent), PATIENCE_SECONDS, f"{agent} is")

    def do_member(self, wanted: dict[str, str]) -> None:
        for agent, words in wanted.items():
            until(partial(self._is_member, agent, words), PATIENCE_SECONDS, f"{agent}: {words}")

    def _is_member(self, agent: str, words: str) -> bool:
        _, queue, _, penalty, *pause = words.split(" ", 5)
        lines = self._house.asterisk.rx(f"queue show {queue}").splitlines()
        found = next((line for line in lines if line.strip().startswith(f"{agent} (")), "")
        weighed = penalty == "0" or f"with penalty {penalty}" in found
        kept = f"(paused:{pause[1]} " in found if pause else "paused" not in found
        return bool(found) and weighed and kept

    def do_no_member(self, wanted: dict[str, str]) -> None:
        for agent, queue in wanted.items():
            look = partial(self._house.asterisk.rx, f"queue show {queue}")
            until(lambda a=agent, look=look: f" {a} (" not in look(), PATIENCE_SECONDS, f"{agent} is out")

    def do_pin(self, pins: dict[str, str]) -> None:
        for name, agent in pins.items():
            self._type(name, self._house.secret(f"agent/{agent}") + "#")

    def do_number_and_pin(self, pins: dict[str, str]) -> None:
        for name, agent in pins.items():
            self._type(name, f"{agent}#{self._house.secret(f'agent/{agent}')}#")

    def _type(self, name: str, keys: str) -> None:
        until(partial(self.parties[name].events, "answered"), PATIENCE_SECONDS, f"{name} is asked")
        self.parties[name].press(keys)

    def do_nowhere(self, digits: str) -> None:
        kept = [
            self._house.agi.log,
            self._house.ami.log,
            self._house.worker.log,
            *self._house.asterisk.log.rglob("*"),
        ]
        kept += list(self._house.app.settings.journal.rglob("*"))
        found = [file for file in kept if file.is_file() and digits.encode() in file.read_bytes()]
        assert not found

    def do_served(self, name: str) -> None:
        until(partial(self._visit, name), PATIENCE_SECONDS, f"{name} is served")

    def do_served_in_order(self, names: list[str]) -> None:
        moments = [until(partial(self._visit, name), 20, f"{name} is served").answered_at for name in names]
        assert moments == sorted(moments), dict(zip(names, moments, strict=True))

    def do_waited(self, wanted: dict[str, list[float]]) -> None:
        for name, (low, high) in wanted.items():
            seconds = until(partial(self._visit, name), 20, f"{name} is served").wait_ms / 1000
            self.figures[f"{name} waited"] = seconds
            assert low <= seconds <= high, f"{name} waited {seconds} s"

    def do_after_wrap_up(self, wanted: dict[str, list[float]]) -> None:
        (first, low), (second, high) = wanted.items()
        one, two = (until(partial(self._visit, name), 20, f"{name} is served") for name in wanted)
        closed = until(partial(self._closed, first), 20, f"{first} is over")
        seconds = (two.answered_at - one.answered_at).total_seconds() - closed.talk_ms / 1000
        self.figures[f"{second} was served after the talk with {first}"] = seconds
        assert low <= seconds <= high, f"{second} was served {seconds:.1f} s after the talk with {first}"

    def _closed(self, name: str) -> Visit | None:
        row = self._visit(name)
        return row if row is not None and row.ended_by is not None else None

    def do_rung_times(self, wanted: dict[str, int]) -> None:
        for agent, times in wanted.items():
            found = self.parties[agent].events()
            assert sum(event.kind in ("ringing", "refused") for event in found) == times, found

    def do_whispered(self, agent: str) -> None:
        ear = self.parties[agent].ear(self.parties[agent].events("answered")[0].call)
        heard = list(audio.windows(g711.decode(bytes(ear.sound), ear.law), [CALLER_HZ]))
        first = next(place for place, window in enumerate(heard) if window.tone == CALLER_HZ)
        loud = sum(window.level_db > LOUD_DB for window in heard[:first]) * audio.WINDOW_SECONDS
        self.figures[f"{agent} was whispered to"] = loud
        assert loud > 0.5, f"only {loud:.2f} s were whispered"

    def do_phone_dies(self, agent: str) -> None:
        self.parties[agent].stop(0.0)
        self.died_at = now()

    def do_phone_lives(self, agent: str) -> None:
        phone = Agent(login=login(self._house, agent), **self._case.agents[agent])
        again = sipp.start(phone, self._house.sip, self._house.sipp_logs, at=SEATS, seconds=600)
        self.parties[agent] = self._stack.enter_context(again)

    def do_noticed(self, wanted: dict[str, float]) -> None:
        for agent, most in wanted.items():
            self.do_state({agent: "unreachable"})
            took = now() - self.died_at
            state, _ = agent_state(self._house, agent)
            assert state is not None
            since = state.began_at.timestamp()
            self.figures[f"{agent} was noticed"] = took
            self.figures[f"{agent} was last seen before"] = self.died_at - since
            assert took <= most, f"noticed after {took:.1f} s"
            assert since <= self.died_at + 0.2, f"last seen {since - self.died_at:.3f} s after it died"

    def _visit(self, name: str) -> Visit | None:
        calls = self._house.calls_of(self.number[name])
        rows = self._house.rows(Visit, call_id=calls[0].call_id, outcome="answered") if calls else []
        return rows[0] if rows else None


def login(house: House, agent: str) -> Login:
    """The account of the agent's seat."""
    return Login(f"t{agent}", house.secret(f"seat/t{agent}"))


def agent_state(house: House, agent: str) -> tuple[Stretch | None, str]:
    """What the agent is in, and that in words."""
    with house.app.sessions(read_only=True)() as session:
        found = present(session, house.app.clock()).get(agent)
    if found is None:
        return None, "logged out"
    return found, f"{found.state}: {found.reason}" if found.reason else found.state


def state_words(house: House, agent: str) -> str:
    """What the agent is in, in words."""
    return agent_state(house, agent)[1]
