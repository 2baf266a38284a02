"""Run inside SIPp's container: agents at their phones, callers who hear, press and score. Prints what SIPp counted.

python3 calls.py served 6      through FastAGI: menu, queue, agent, score
python3 calls.py static 2      with FastAGI away: the static menu, queue, agent
"""

from __future__ import annotations

import csv
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from callcenter.ledger_format import CEL_COLUMNS, CEL_FILE
from callcenter.settings import Settings
from cli import Hotline
from lab import audio, g711
from lab.demo.stage import AGENT_HZ, CallOnStage, Stage
from lab.scenario import Agent
from lab.sipp import start
from lab.sipp_run import Address, Run

AGENTS = {"1001": "s8001", "1002": "s8002", "1003": "s8003"}
TALK_SECONDS = 5.0
SPEECH_DB = -40.0
PATIENCE_SECONDS = 60.0
HERE = Address(socket.gethostbyname(socket.gethostname()))


def served(call: CallOnStage) -> None:
    """The menu's key for a person, the talk, and satisfied."""
    call.comes_past("welcome")
    call.press("0")
    call.is_asked()
    call.press("2")


def static(call: CallOnStage) -> None:
    """The same key, once the static menu speaks."""
    until(lambda: ledger(call, user_event="HL_FALLBACK"), f"{call.number} reaches the static menu")
    heard_before = len(call.run.ear().sound)
    until(lambda: speech(call.run, heard_before), f"{call.number} hears the static menu")
    call.press("0")


STORIES = {"served": (served, "1391235"), "static": (static, "1391236")}


def play(story: str, count: int) -> dict[str, object]:
    """So many callers at once."""
    stage = Stage(Hotline(Settings()), Path(tempfile.mkdtemp(prefix="sipp-")), Hotline.clock())
    act, prefix = STORIES[story]
    numbers = [f"{prefix}{place:04}" for place in range(count)]
    with ExitStack() as phones:
        agents = [phones.enter_context(at_the_phone(stage, seat)) for seat in AGENTS.values()]
        for agent, seat in AGENTS.items():
            subprocess.run(
                ["hotline", "agents", "login", agent, "--seat", seat], check=True, stdout=sys.stderr
            )
        with ThreadPoolExecutor(count) as pool:
            callers = list(pool.map(partial(place, stage, act), numbers))
        answered = sum(len(agent.events("answered")) for agent in agents)
    return {"callers": callers, "answered": answered}


def at_the_phone(stage: Stage, seat: str) -> Run:
    """A signed-in phone whose agent answers, talks and hangs up."""
    who = Agent(
        login=stage.login(f"seat/{seat}", seat), tone_hz=AGENT_HZ, rings_ms=200, talk_seconds=TALK_SECONDS
    )
    return start(who, stage.switch, stage.logs, at=HERE, seconds=300.0)


def place(stage: Stage, act: Callable[[CallOnStage], None], number: str) -> dict[str, object]:
    """One caller's call, and SIPp's word on it."""
    call = stage.call(number, "4008001000", HERE)
    act(call)
    found = call.run.wait(120.0)
    menu = ledger(call, user_event="HL_FALLBACK")
    began = ledger(call, eventtype="CHAN_START")
    waited = float(menu[0]["eventtime"]) - float(began[0]["eventtime"]) if menu else None
    return {
        "number": number,
        "ok": found.ok,
        "failed": found.failed,
        "errors": found.errors,
        "static_after": waited,
    }


def ledger(call: CallOnStage, **wanted: str) -> list[dict[str, str]]:
    """This caller's lines of the ledger with these values."""
    wanted["caller"] = call.number
    file = call.stage.app.settings.log / "cel-custom" / CEL_FILE
    with file.open(newline="", errors="replace") as lines:
        found = [dict(zip(CEL_COLUMNS, values, strict=False)) for values in csv.reader(lines)]
    return [line for line in found if wanted.items() <= line.items()]


def speech(run: Run, since: int) -> bool:
    """Whether the caller has heard somebody speak after the first ``since`` samples."""
    ear = run.ear()
    samples = g711.decode(bytes(ear.sound[since:]), ear.law)
    return any(window.level_db > SPEECH_DB for window in audio.windows(samples, []))


def until(look: Callable[[], object], what: str) -> None:
    """Return as soon as ``look`` finds something."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not look():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)


if __name__ == "__main__":
    print(json.dumps(play(sys.argv[1], int(sys.argv[2]))))
