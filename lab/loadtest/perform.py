"""A load from beginning to end: a house or a target, phones, calls, and what was found afterwards."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from callcenter.errors import HotlineError
from callcenter.ports import App
from lab.loadtest import measure
from lab.loadtest.books import Books, books, settled
from lab.loadtest.house import TRUNK_ADDRESS, house
from lab.loadtest.phones import dial, rung
from lab.loadtest.plan import PATIENCE_SECONDS, Planned, plan
from lab.loadtest.report import Load
from lab.loadtest.scenario import Scenario
from lab.loadtest.schedule import Schedule
from lab.loadtest.watch import Watched, descendants, watching
from lab.progress import Progress, Say
from lab.ready import alone
from lab.sipp_run import Address, Run

SET_UP_SECONDS = 300.0


@dataclass(frozen=True)
class Wanted:
    """What is to be played. Without a ``target`` it is a house of its own."""

    name: str
    scenario: Scenario
    schedule: Schedule
    seed: int
    most: int
    command: str
    target: Address | None = None
    at: Address = TRUNK_ADDRESS


def planned(wanted: Wanted) -> list[Planned]:
    """The calls. Raises HotlineError when there is none."""
    calls = plan(wanted.scenario, wanted.schedule, wanted.seed, wanted.most)
    if not calls:
        raise HotlineError("at this rate and in this time no call is placed; make --rate or --seconds larger")
    return calls


def perform(app: App, wanted: Wanted, progress: Progress) -> Load:
    """Play it and look at everything it left. Raises HotlineError."""
    calls = planned(wanted)
    app.settings.folder.mkdir(parents=True, exist_ok=True)
    with alone(app.settings.folder):
        logs = _fresh(app.settings.folder / "sipp")
        if wanted.target:
            began = app.clock()
            watched, run = _play(wanted, calls, wanted.target, logs, progress)
            return _load(wanted, began, calls, run, watched, None)
        return _at_home(app, wanted, calls, logs, progress)


def _at_home(app: App, wanted: Wanted, calls: list[Planned], logs: Path, progress: Progress) -> Load:
    seconds = wanted.schedule.seconds + PATIENCE_SECONDS + SET_UP_SECONDS
    switch = Address(app.settings.sip_host, app.settings.sip_port)
    with ExitStack() as stack:
        asterisk = stack.enter_context(house(app, wanted.scenario, progress))
        with progress.phase("phones and agents"):
            phones = stack.enter_context(rung(app, asterisk, wanted.scenario, logs, seconds))
        began = app.clock()
        watched, run = _play(wanted, calls, switch, logs, progress)
        answered = len(run.events("answered"))

        def read() -> Books:
            talks = sum(len(phone.events("answered")) for phone in phones)
            return books(app, asterisk, began, answered, talks)

        with progress.phase("books"):
            kept = settled(read)
    return _load(wanted, began, calls, run, watched, kept)


def _play(
    wanted: Wanted, calls: list[Planned], toward: Address, logs: Path, progress: Progress
) -> tuple[Watched, Run]:
    """All calls, up to the end of the last."""
    seconds = wanted.schedule.seconds
    with progress.phase(f"{len(calls)} calls, {wanted.schedule.name}") as say:
        run = dial(calls, toward, wanted.at, logs, seconds)
        with run, watching(_processes, _teller(say, run, wanted.schedule)) as watched:
            run.wait(seconds + PATIENCE_SECONDS + 60.0)
    return watched, run


def _processes() -> Mapping[str, list[int]]:
    return descendants(os.getpid())


def _teller(say: Say, run: Run, schedule: Schedule) -> Callable[[float], None]:
    """One line on how far it is."""

    def tell(at: float) -> None:
        counts = dict.fromkeys(("dialled", "answered", "ended"), 0)
        for event in run.events():
            if event.kind in counts:
                counts[event.kind] += 1
        up = counts["answered"] - counts["ended"]
        failed = run.results().failed
        say(
            f"{at:.0f} of {schedule.seconds:.0f} s · {schedule.rate(at):.1f} calls/s wanted · "
            f"{counts['dialled']} dialled · {up} up · {counts['ended']} over · {failed} failed"
        )

    return tell


def _load(
    wanted: Wanted, began: dt.datetime, calls: list[Planned], run: Run, watched: Watched, kept: Books | None
) -> Load:
    placed = measure.placed(calls, run.events())
    return Load(
        name=wanted.name,
        scenario=wanted.scenario,
        schedule=wanted.schedule,
        command=wanted.command,
        target=f"{wanted.target.ip}:{wanted.target.port}" if wanted.target else "",
        began=began,
        calls=placed,
        failures=measure.failures(placed, _errors(run.folder)),
        watched=watched,
        books=kept,
    )


def _errors(folder: Path) -> str:
    file = folder / "errors.txt"
    return file.read_text(errors="replace") if file.exists() else ""


def _fresh(folder: Path) -> Path:
    """Where SIPp's messages of this load lie; those of the last one go."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
