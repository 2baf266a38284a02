"""Who is rung in a load, agents and carrier: SIPp for each kind. Who rings: one SIPp for all callers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from callcenter.agents.seating import log_in, logged_in
from callcenter.errors import HotlineError
from callcenter.ports import App
from lab import sipp
from lab.instance import AsteriskInstance
from lab.loadtest.house import CARRIER, TRUNK, seats
from lab.loadtest.plan import PATIENCE_SECONDS, Planned
from lab.loadtest.scenario import AgentKind, Scenario
from lab.scenario import Agent, Caller, Login, Turn
from lab.sipp_run import Address, Run

AGENT_HZ, CALLER_HZ = 950, 440
FIRST_HOST = 31
"""Of the loopback addresses of the agents' phones."""
PHONE_PORT = 23070
BEGIN_A_SECOND = 500
"""SIPp makes all calls at this rate at first; each then waits for its moment."""
READY_SECONDS = 30.0
LOOK_SECONDS = 0.1


@contextmanager
def rung(
    app: App, asterisk: AsteriskInstance, scenario: Scenario, logs: Path, seconds: float
) -> Iterator[list[Run]]:
    """Agents logged in at phones that ring, and the carrier, while the block lasts. The runs of the agents."""
    switch = Address(app.settings.sip_host, app.settings.sip_port)
    left = iter(seats(scenario).values())
    with ExitStack() as stack:
        runs: list[Run] = []
        for host, kind in enumerate(scenario.agents, start=FIRST_HOST):
            own = [next(left) for _ in range(kind.count)]
            at = Address(f"127.0.0.{host}", PHONE_PORT)
            phone = sipp.start(_agent(kind), switch, logs, at=at, at_once=2 * kind.count, seconds=seconds)
            runs.append(stack.enter_context(phone))
            for seat in own:
                login = Login(seat, app.secrets(f"seat/{seat}"))
                sipp.register(login, switch, at=Address(at.ip), phone=at)
        if carrier := scenario.carrier:
            far = Agent(tone_hz=AGENT_HZ, rings_ms=round(carrier.rings * 1000), talk_seconds=carrier.talks)
            stack.enter_context(sipp.start(far, switch, logs, at=CARRIER, at_once=100, seconds=seconds))
            asterisk.rx(f"pjsip qualify {TRUNK}")
        _seat(app, asterisk, seats(scenario))
        yield runs


def _agent(kind: AgentKind) -> Agent:
    return Agent(
        tone_hz=AGENT_HZ,
        rings_ms=round(kind.rings * 1000),
        talk_seconds=kind.talks,
        answers=not kind.misses,
        passes_on_to=kind.passes_on_to,
    )


def _seat(app: App, asterisk: AsteriskInstance, seated: dict[str, str]) -> None:
    """Log everybody in; the last one's command lets the queues follow for all."""
    if not seated:
        return
    *most, (last, its_seat) = seated.items()
    site = app.site()
    with app.sessions().begin() as session:
        strangers = [login.agent for login in logged_in(session) if login.agent not in seated]
        for agent, seat in most:
            log_in(session, site, agent, seat, app.clock)
    for stranger in strangers:
        _agents(app, "logout", stranger)
    _agents(app, "login", last, "--seat", its_seat)
    until = time.monotonic() + READY_SECONDS
    while (free := asterisk.rx("queue show service").count("(Not in use)")) < len(seated):
        if time.monotonic() > until:
            raise HotlineError(f"only {free} of {len(seated)} agents can be rung; see {asterisk.log}")
        time.sleep(LOOK_SECONDS)


def _agents(app: App, *words: str) -> None:
    command = [sys.executable, "-m", "cli", "agents", *words]
    settings = {**os.environ, **app.settings.environment()}
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HotlineError(f"hotline agents {' '.join(words)}: {done.stderr.strip()}")


def dial(planned: Sequence[Planned], toward: Address, at: Address, logs: Path, seconds: float) -> Run:
    """Begin to place all calls, each at its moment."""
    turns = [_since_made(call.turn, place) for place, call in enumerate(planned)]
    caller = Caller(
        dials=planned[0].kind.dials,
        calls=[(call.kind.dials, call.number) for call in planned],
        turns=turns,
        tone_hz=CALLER_HZ,
    )
    return sipp.start(
        caller,
        toward,
        logs,
        at=at,
        calls=len(planned),
        rate=BEGIN_A_SECOND,
        at_once=len(planned),
        lines=lines(planned),
        hears=False,
        seconds=seconds + PATIENCE_SECONDS,
    )


def _since_made(turn: Turn, place: int) -> Turn:
    """The same beginning, counted from when SIPp makes this call."""
    return Turn(max(0, turn.begins_ms - round(1000 * place / BEGIN_A_SECOND)), turn.leaves_ms, turn.keys)


def lines(planned: Sequence[Planned]) -> int:
    """Sounds at a time: every call that could begin while the longest one lasts needs a port of its own."""
    begins = [call.at for call in planned]
    first, most = 0, 1
    for place, at in enumerate(begins):
        while begins[first] < at - PATIENCE_SECONDS:
            first += 1
        most = max(most, place - first + 1)
    return most
