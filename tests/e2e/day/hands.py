"""The pairs who do something with the calls they have in hand, at softphones, as long as a mixed day lasts."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from callcenter.errors import HotlineError
from lab.phone_call import PhoneCall
from lab.scenario import Login
from lab.sipp_messages import Rung
from lab.softphone import Softphone
from tests.e2e.crowd import AGENT_HZ
from tests.e2e.day.agents_times import Talked
from tests.e2e.day.hearing import seconds_heard
from tests.e2e.day.plan import Planned
from tests.e2e.day.ways import WAYS, Pair
from tests.e2e.house import House
from tests.e2e.site_day_hands import LINES, Line
from tests.e2e.telephony_site import seat_of
from tests.e2e.until import until

IP = "127.0.0.42"
LOOK_SECONDS = 0.5
SETTLE_SECONDS = 30.0


@dataclass
class Hands:
    """What the pairs did: calls of their own, rings by queues, talks with callers, what failed."""

    dialled: list[Planned] = field(default_factory=list)
    rung: list[Rung] = field(default_factory=list)
    talked: list[Talked] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


class Worker:
    """One pair, in a thread of its own: ``work`` until ``over``. What fails is added to ``failed``."""

    def __init__(self, pair: Pair, over: threading.Event, failed: list[str]) -> None:
        self.pair, self._over, self._failed = pair, over, failed
        self.rung: list[PhoneCall] = []
        self.thread = threading.Thread(target=self._work, name=f"day {pair.line.way}")

    def _work(self) -> None:
        while not self._over.is_set():
            with suppress(HotlineError):
                self._deal_with(self.pair.agent.incoming(LOOK_SECONDS))

    def _deal_with(self, call: PhoneCall) -> None:
        self.rung.append(call)
        try:
            WAYS[self.pair.line.way](self.pair, call)
        except (HotlineError, AssertionError) as error:
            self._failed.append(f"{self.pair.line.way}: {error}")
            self._put_down()

    def _put_down(self) -> None:
        for phone in (self.pair.agent, self.pair.colleague):
            with suppress(HotlineError):
                while True:
                    phone.incoming(0)
            for call in phone.calls:
                if call.state != "over":
                    call.hang_up()


@contextmanager
def hands(house: House, lines: Sequence[Line] = LINES) -> Iterator[Hands]:
    """The pairs at work; what they did is there when it is over."""
    found, over = Hands(), threading.Event()
    with ExitStack() as stack:
        phones = {
            agent: stack.enter_context(_phone(house, agent))
            for line in lines
            for agent in (line.agent, line.colleague)
        }
        for phone in phones.values():
            phone.register()
        seats = {agent: seat_of(agent) for agent in phones}
        house.seat_crowd(seats)
        stack.callback(house.unseat_crowd, seats)
        until(partial(_all_free, house, lines), SETTLE_SECONDS, "all pairs can be rung")
        pairs = [
            Pair(house, line, phones[line.agent], phones[line.colleague], found.dialled) for line in lines
        ]
        workers = [Worker(pair, over, found.failed) for pair in pairs]
        for worker in workers:
            worker.thread.start()
        try:
            yield found
        finally:
            over.set()
            for worker in workers:
                worker.thread.join()
    for worker in workers:
        found.rung += map(_rung, worker.rung)
        found.talked += [_talked(*talk) for talk in worker.pair.talks]


def _phone(house: House, agent: str) -> Softphone:
    seat = seat_of(agent)
    return Softphone(Login(seat, house.secret(f"seat/{seat}")), house.sip, ip=IP, tone_hz=AGENT_HZ)


def _all_free(house: House, lines: Sequence[Line]) -> bool:
    free = [line for line in house.asterisk.rx("queue show").splitlines() if "(Not in use)" in line]
    return all(any(f"Local/{line.agent}*" in each for each in free) for line in lines)


def _at(moment: float) -> dt.datetime:
    """The time of a moment of the monotonic clock."""
    return dt.datetime.now(dt.UTC) - dt.timedelta(seconds=time.monotonic() - moment)


def _rung(call: PhoneCall) -> Rung:
    answered, over = (call.moments.get(state) for state in ("up", "over"))
    return Rung(
        call.phone.login.username,
        _at(call.moments["ringing"]),
        _at(answered) if answered else None,
        _at(over) if over else None,
    )


def _talked(call: PhoneCall, seconds: float | None) -> Talked:
    """None: as long as the phone heard the caller."""
    joined = seconds is None
    return Talked(call.phone.login.username, seconds_heard(call) if seconds is None else seconds, joined)
