"""A load of calls on the crowd's line that goes on while something breaks, and the books it must leave."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

from callcenter.errors import HotlineError
from lab import sipp
from lab.loadtest.measure import failures, placed
from lab.loadtest.plan import PATIENCE_SECONDS, Planned
from lab.loadtest.scenario import CallerKind
from lab.scenario import Caller, Key, Turn
from lab.sipp_run import Run
from schema.calls import Call, Recording, Visit
from tests.chaos.results import Row
from tests.e2e.crowd import CALLER_HZ, CROWD_LINE, NUMBER, TRUNK, Books, books
from tests.e2e.house import House
from tests.e2e.telephony_site import CROWD
from tests.e2e.until import until

KIND = CallerKind(name="crowd", title={"en": "served"}, share=1, dials=NUMBER)
SCORES = tuple(Key("2", 1500) for _ in range(80))
LINES = 300
SETTLE_SECONDS = 90.0
RECOVERY_SECONDS = 30.0
STATIC_MENU = "served by the static menu"
_numbers = count(13700000001)


class Load:
    """Calls that begin at ``rate`` from one number, each served by the crowd; ``run`` is their SIPp."""

    def __init__(self, house: House, run: Run, planned: list[Planned]) -> None:
        self._house = house
        self.run = run
        self._planned = planned
        self.number = planned[0].number
        self.calls = len(planned)

    def reached(self, share: float) -> None:
        """Return when so much of the calls have been answered, or have failed to be."""
        wanted = share * self.calls
        until(lambda: self._begun() >= wanted, 600, f"{wanted:.0f} of {self.calls} calls have begun")

    def up(self) -> int:
        """Calls that are up now."""
        return len(self.run.events("answered")) - len(self.run.events("ended"))

    def over(self) -> dict[str, int]:
        """Wait for the end of all; the calls that went wrong for their callers, by cause."""
        with suppress(HotlineError):
            self.run.wait(self.calls + 3 * PATIENCE_SECONDS)
        return failures(placed(self._planned, self.run.events()), "")

    def _begun(self) -> int:
        return len(self.run.events("dialled"))


@contextmanager
def load(house: House, calls: int, rate: float) -> Iterator[Load]:
    """Begin it."""
    number = str(next(_numbers))
    turns = [
        Turn(round(1000 * place / rate), round(1000 * PATIENCE_SECONDS), SCORES) for place in range(calls)
    ]
    planned = [Planned(KIND, turn.begins_ms / 1000, number, turn, False) for turn in turns]
    caller = Caller(dials=NUMBER, calls=[(NUMBER, number)] * calls, turns=turns, tone_hz=CALLER_HZ)
    with sipp.start(
        caller,
        house.sip,
        house.sipp_logs,
        at=TRUNK,
        calls=calls,
        rate=1000,
        at_once=calls,
        lines=min(LINES, calls),
        seconds=calls / rate + 3 * PATIENCE_SECONDS,
    ) as run:
        yield Load(house, run, planned)


def reconcile(house: House, row: Row, done: Load, wrong: dict[str, int]) -> Books:
    """Hold SIPp, rows, ledger and files against each other; into the row goes what is lost and left."""
    wanted = Books(*[done.calls] * len(Books.__dataclass_fields__))
    with suppress(AssertionError):
        until(lambda: books(house, done.number) == wanted, SETTLE_SECONDS, "balanced books")
    found = books(house, done.number)
    if menu := house.fallbacks(done.number):
        row.also[STATIC_MENU] = str(len(menu))
    row.calls = done.calls
    row.lost = max(sum(wrong.values()), *(done.calls - each for each in vars(found).values()))
    row.left = left(house)
    if wrong:
        row.also["callers"] = str(wrong)
    if found != wanted:
        row.also["books"] = str(found)
        row.also["ends"] = str(ends(house, done.number))
    return found


def ends(house: House, number: str) -> dict[str, int]:
    """How the calls of this number ended, by the outcome of their last visit, and of their recordings."""
    ids = {call.call_id for call in house.rows(Call, caller=number)}
    last = {visit.call_id: f"visit {visit.outcome}" for visit in house.rows(Visit) if visit.call_id in ids}
    found = Counter(last.get(call, "no visit") for call in ids)
    found.update(f"recording {one.state}" for one in house.rows(Recording) if one.call_id in ids)
    return dict(found)


def left(house: House) -> int:
    """Channels that are still up a while after the last call."""
    with suppress(HotlineError):
        house.asterisk.wait_idle(15)
    return len(house.asterisk.channels())


def all_agents_can_be_rung(house: House) -> bool:
    """Whether the queue has its whole crowd."""
    return house.asterisk.rx(f"queue show {CROWD_LINE}").count("(Not in use)") == CROWD


def timed(look: Callable[[], object], what: str, seconds: float = 2 * RECOVERY_SECONDS) -> float:
    """How long until this is so."""
    began = time.monotonic()
    until(look, seconds, what)
    return time.monotonic() - began


def none_open(house: House, number: str) -> Callable[[], bool]:
    """Whether no call of this number is open."""
    return lambda: not house.rows(Call, state="open", caller=number)


def nothing_lost(row: Row, *, fastagi_away: bool = False) -> None:
    """What every row promises. Only while FastAGI is away does the static menu serve calls."""
    assert fastagi_away or STATIC_MENU not in row.also, row
    assert (row.lost, row.left) == (0, 0), row
    assert row.recovery is None or row.recovery <= RECOVERY_SECONDS, row
