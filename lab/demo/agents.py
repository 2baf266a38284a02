"""The agents of the demo: logged in as people do it, with phones that answer or just ring."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from callcenter.agents.seating import logged_in
from callcenter.errors import HotlineError
from lab.demo.stage import AGENT_HZ, Stage
from lab.scenario import Agent
from lab.sipp import start
from lab.sipp_run import Address

SEATS = {"1001": "s8001", "1005": "s8005"}
"""1001 answers; 1005 lets it ring."""
ANSWERS = ("1001",)
TALK_SECONDS = 8.0
"""Of which the caller hears the agent's number for some three."""


@contextmanager
def at_their_phones(stage: Stage) -> Iterator[None]:
    """Agents logged in and phones signed in, while the block lasts."""
    with ExitStack() as phones:
        for number, (agent, seat) in enumerate(SEATS.items(), start=21):
            phone = Agent(
                login=stage.login(f"seat/{seat}", seat),
                tone_hz=AGENT_HZ,
                rings_ms=1000,
                answers=agent in ANSWERS,
                talk_seconds=TALK_SECONDS,
            )
            at = Address(f"127.0.0.{number}")
            phones.enter_context(start(phone, stage.switch, stage.logs, at=at, seconds=300.0))
        _log_in(stage)
        yield


def _log_in(stage: Stage) -> None:
    """With the command that an operator types; somebody else of a former run is logged out."""
    with stage.app.sessions(read_only=True)() as session:
        others = [login.agent for login in logged_in(session) if login.agent not in SEATS]
    for agent in others:
        _agents(stage, "logout", agent)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda seat: _agents(stage, "login", seat[0], "--seat", seat[1]), SEATS.items()))


def _agents(stage: Stage, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "agents", *words],
        env={**os.environ, **stage.app.settings.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise HotlineError(f"hotline agents {' '.join(words)}: {done.stderr.strip()}")
