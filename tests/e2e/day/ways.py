"""What an agent and a colleague do with a call in hand, each way a function of the two and the call that rings."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from lab.phone_call import PhoneCall
from lab.softphone import Softphone
from schema.calls import Call
from schema.waiting import KeptPlace
from tests.e2e.day.hearing import PATIENCE_SECONDS, hears_caller
from tests.e2e.day.kinds import Kind
from tests.e2e.day.plan import Planned
from tests.e2e.house import House
from tests.e2e.site_day_hands import Line, seat_number
from tests.e2e.until import until

WORD_SECONDS = 0.5
"""How long people talk before something is done."""
LISTEN, _, BARGE, PUT_OUT, TAKE_OVER, PICK_UP = (f"*5{digit}" for digit in range(1, 7))


class Pair:
    """An agent and a colleague of one line."""

    def __init__(
        self, house: House, line: Line, agent: Softphone, colleague: Softphone, dialled: list[Planned]
    ) -> None:
        self.house, self.line, self._dialled = house, line, dialled
        self.agent, self.colleague = agent, colleague
        self.talks: list[tuple[PhoneCall, float | None]] = []
        """Whose calls with the caller, and how many seconds; None: as long as they heard the caller."""

    def dial(self, code: str) -> PhoneCall:
        """The colleague dials it."""
        return self.colleague.dial(code)

    def dial_apart(self, code: str) -> PhoneCall:
        """The colleague dials it, and it stays a call of its own."""
        kind = Kind(name="a code", place=0, weight=0, dials=code, trunk="seat")
        self._dialled.append(Planned(kind, seat_number(self.line.colleague), code))
        return self.colleague.dial(code)

    def rung_by(self, *words: str) -> PhoneCall:
        """The colleague's phone rings by this command and is answered; the command is done by then."""
        with ThreadPoolExecutor(1) as beside:
            command = beside.submit(self.house.run, *words)
            theirs = self.colleague.incoming(PATIENCE_SECONDS).answer()
            command.result()
        return theirs

    def talk(self) -> None:
        """Somebody says something."""
        time.sleep(WORD_SECONDS)

    def talked(self, call: PhoneCall, until: float | None = None) -> None:
        """This call, which is over, was one with the caller from the answer on."""
        self.talks.append((call, (until or call.moments["over"]) - call.moments["up"]))

    def joined(self, call: PhoneCall) -> None:
        """This call became one with the caller."""
        self.talks.append((call, None))

    def ended(self, *calls: PhoneCall) -> None:
        """Wait until the server has ended them."""
        for call in calls:
            call.wait("over", PATIENCE_SECONDS)

    def is_parked(self) -> None:
        """Wait until somebody is parked at the line's place."""
        place = f"7{self.line.parking[-2:]}"
        show = partial(self.house.asterisk.rx, "parking show default")
        until(
            lambda: place in show().split("Parked Calls")[-1], PATIENCE_SECONDS, f"a call parked at {place}"
        )

    def call_id(self, call: PhoneCall) -> str:
        """The id of the customer's call that rings here."""
        number = number_of(call)
        (row,) = until(
            lambda: self.house.rows(Call, caller=number, state="open"), PATIENCE_SECONDS, f"call of {number}"
        )
        return str(row.call_id)


def number_of(call: PhoneCall) -> str:
    """The customer's number, as the phone shows it."""
    found = re.search(r"sip:([0-9]+)@", call.asked["from"])
    assert found, call.asked["from"]
    return found[1]


def attended(pair: Pair, call: PhoneCall) -> None:
    """On hold, a word with the colleague, who gets the caller."""
    call.answer()
    pair.talk()
    held = time.monotonic()
    call.hold()
    asked = pair.agent.dial(seat_number(pair.line.colleague))
    theirs = pair.colleague.incoming(PATIENCE_SECONDS).answer()
    asked.wait("up", PATIENCE_SECONDS)
    pair.talk()
    call.transfer_to(asked)
    pair.ended(call, asked)
    hears_caller(theirs)
    pair.talk()
    theirs.hang_up()
    pair.talked(call, held)
    pair.joined(theirs)


def asked_by_command(pair: Pair, call: PhoneCall) -> None:
    """A word with the colleague, who gets the caller: the same without a key on a phone."""
    call.answer()
    pair.talk()
    call_id = pair.call_id(call)
    theirs = pair.rung_by(
        "calls", "transfer", call_id, "--to", seat_number(pair.line.colleague), "--attended"
    )
    pair.talk()
    pair.house.run("calls", "transfer", call_id, "--complete")
    pair.ended(call)
    hears_caller(theirs)
    pair.talk()
    theirs.hang_up()
    pair.joined(call)
    pair.joined(theirs)


def three(pair: Pair, call: PhoneCall) -> None:
    """The colleague is added by command, and stays alone with the caller."""
    call.answer()
    theirs = pair.rung_by("calls", "add", pair.call_id(call), "--agent", pair.line.colleague)
    hears_caller(theirs)
    hears_caller(theirs)
    pair.talk()
    call.hang_up()
    pair.talk()
    theirs.hang_up()
    pair.talked(call)
    pair.joined(theirs)


def parked(pair: Pair, call: PhoneCall) -> None:
    """Parked, and taken by the colleague."""
    call.answer()
    pair.talk()
    call.transfer(pair.line.parking)
    pair.ended(call)
    pair.is_parked()
    theirs = pair.dial(pair.line.parking)
    hears_caller(theirs)
    pair.talk()
    theirs.hang_up()
    pair.talked(call)
    pair.joined(theirs)


def supervised(pair: Pair, call: PhoneCall) -> None:
    """Listened to by code, whispered to by command, barged in by code."""
    call.answer()
    pair.talk()
    for begin in (
        lambda: pair.dial(f"{LISTEN}{pair.line.agent}"),
        lambda: pair.rung_by("calls", "whisper", pair.call_id(call), "--as", pair.line.colleague),
        lambda: pair.dial(f"{BARGE}{pair.line.agent}"),
    ):
        theirs = begin()
        hears_caller(theirs)
        pair.talk()
        theirs.hang_up()
    call.hang_up()
    pair.talked(call)


def taken_over(pair: Pair, call: PhoneCall) -> None:
    """The supervisor has the caller from then on."""
    call.answer()
    pair.talk()
    theirs = pair.dial(f"{TAKE_OVER}{pair.line.agent}")
    pair.ended(call)
    hears_caller(theirs)
    pair.talk()
    theirs.hang_up()
    pair.talked(call)
    pair.joined(theirs)


def picked_up(pair: Pair, call: PhoneCall) -> None:
    """The supervisor answers while the agent's phone rings."""
    theirs = pair.dial(f"{PICK_UP}{pair.line.agent}")
    pair.ended(call)
    hears_caller(theirs)
    pair.talk()
    theirs.hang_up()
    pair.joined(theirs)


def put_out(pair: Pair, call: PhoneCall) -> None:
    """The supervisor takes the agent out; the caller goes on."""
    call.answer()
    pair.talk()
    theirs = pair.dial_apart(f"{PUT_OUT}{pair.line.agent}")
    pair.ended(call, theirs)
    pair.talked(call)


def kept(pair: Pair, call: PhoneCall) -> None:
    """Who keeps the place instead of waiting is spoken to when called back."""
    if not pair.house.rows(KeptPlace, number=number_of(call)):
        pair.ended(call)
        return
    call.answer()
    pair.talk()
    call.hang_up()
    pair.talked(call)


WAYS: Mapping[str, Callable[[Pair, PhoneCall], None]] = {
    way.__name__: way
    for way in (
        attended,
        asked_by_command,
        three,
        parked,
        supervised,
        taken_over,
        picked_up,
        put_out,
        kept,
    )
}
