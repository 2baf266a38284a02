"""What a case of waiting does beside the rest.

``waits: {NAME: position}``   wait until the caller has this place in their queue
``told: NAME``                wait until the caller hears the long welcome
``call_answered: {AGENT: n}`` wait until this agent's n-th call is answered
``cut_short: NAME``           the caller has not heard the long welcome to its end
``called_back: {NAME: {…}}``  wait until the caller's kept place is served; the returned visit has these values
``linked: NAME``              the returned call has the customer as caller; each of the two calls shows the other
``served_once: NAME``         of all stays of the caller's number one was answered
``confirms: {PARTY: n}``      who is called back hears the question of the n-th call and presses 1
``called_back_in_turn: […]``  wait until these kept places are served; they were in this order
``cancel: NAME``              the caller's kept place is cancelled by command
``place: {NAME: state}``      wait until the caller's kept place is in this state
``rang: {PARTY: n}``          this phone has rung so often
``recounted: QUEUE``          a recount of the ledger says the same as the visits
``figures: {QUEUE: {…}}``     today's statistics of a queue, as far as named
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from lab import audio, g711
from schema.calls import Call, Visit
from schema.waiting import KeptPlace
from tests.e2e.site_waiting import LONG_SECONDS, WELCOME_HZ
from tests.e2e.until import until
from tests.json_keys import lost_of

if TYPE_CHECKING:
    from lab.sipp_run import Run
    from tests.e2e.house import House

PATIENCE_SECONDS = 30.0
HEARD_SECONDS = 0.4


class WaitingVerbs:
    """Mixed into the stage."""

    _house: House
    number: dict[str, str]
    parties: dict[str, Run]

    def do_waits(self, wanted: dict[str, int]) -> None:
        for name, position in wanted.items():
            look = lambda: self._place(self.number[name]) == position  # noqa: E731, B023
            until(look, PATIENCE_SECONDS, f"{name} at place {position}")

    def do_told(self, name: str) -> None:
        until(lambda: self._welcome(name) > HEARD_SECONDS, PATIENCE_SECONDS, f"{name} hears the welcome")

    def do_call_answered(self, wanted: dict[str, int]) -> None:
        for agent, count in wanted.items():
            until(partial(_so_many, self.parties[agent], count), PATIENCE_SECONDS, f"{agent} answers")

    def do_cut_short(self, name: str) -> None:
        heard = self._welcome(name)
        assert HEARD_SECONDS < heard < LONG_SECONDS - HEARD_SECONDS, f"{heard:.2f} s of the welcome"

    def _welcome(self, name: str) -> float:
        ear = self.parties[name].ear()
        return audio.seconds_of(g711.decode(bytes(ear.sound), ear.law), WELCOME_HZ)

    def do_place(self, wanted: dict[str, str]) -> None:
        for name, state in wanted.items():
            look = partial(self._house.rows, KeptPlace, number=self.number[name], state=state)
            until(look, PATIENCE_SECONDS, f"the place of {name} is {state}")

    def do_called_back(self, wanted: dict[str, dict[str, Any]]) -> None:
        self.do_place(dict.fromkeys(wanted, "done"))
        for name, values in wanted.items():
            (place,) = self._house.rows(KeptPlace, number=self.number[name])
            look = partial(self._house.rows, Visit, call_id=place.back_call_id, **values)
            until(look, PATIENCE_SECONDS, f"a visit {values} of {place.back_call_id}")

    def do_linked(self, name: str) -> None:
        number = self.number[name]
        (place,) = self._house.rows(KeptPlace, number=number)
        (first,) = self._house.calls_of(number)
        (back,) = until(
            partial(self._house.rows, Call, call_id=place.back_call_id), PATIENCE_SECONDS, "its row"
        )
        assert (back.direction, back.caller, back.did) == ("outbound", number, first.did)
        assert back.call_id in self._house.run("calls", "show", first.call_id)
        assert first.call_id in self._house.run("calls", "show", back.call_id)

    def do_served_once(self, name: str) -> None:
        calls = self._house.rows(Call, caller=self.number[name])
        served = [self._house.rows(Visit, call_id=call.call_id, outcome="answered") for call in calls]
        assert sum(map(len, served)) == 1

    def do_confirms(self, wanted: dict[str, int]) -> None:
        for party, count in wanted.items():
            phone = self.parties[party]
            enough = partial(_so_many, phone, count)
            until(enough, PATIENCE_SECONDS, f"{party} answers call {count}")
            call = phone.events("answered")[count - 1].call
            until(partial(_hears_something, phone, call), PATIENCE_SECONDS, f"{party} is asked")
            phone.press("1", call)

    def do_called_back_in_turn(self, names: list[str]) -> None:
        self.do_place(dict.fromkeys(names, "done"))
        places = [self._house.rows(KeptPlace, number=self.number[name])[0] for name in names]
        looks = [partial(self._house.rows, Visit, call_id=place.back_call_id) for place in places]
        joined = [until(look, PATIENCE_SECONDS, "a returned visit")[0].joined_at for look in looks]
        assert joined == sorted(joined)

    def do_cancel(self, name: str) -> None:
        (place,) = self._house.rows(KeptPlace, number=self.number[name])
        self._house.run("callbacks", "cancel", str(place.id))

    def do_rang(self, wanted: dict[str, int]) -> None:
        for party, times in wanted.items():
            rung = len(self.parties[party].events("ringing"))
            assert rung == times, f"{party} rang {rung} times"

    def do_recounted(self, queue: str) -> None:
        said = self._house.run("queues", "recount", "--queue", queue)
        assert said.startswith("equal: "), said
        assert "equal: 0 " not in said

    def do_figures(self, wanted: dict[str, dict[str, Any]]) -> None:
        for queue, figures in wanted.items():

            def same(queue: str = queue, figures: dict[str, Any] = figures) -> bool:
                (row,) = _rows(self._house.run("queues", "stats", "--queue", queue, "--json")) or [{}]
                return figures.items() <= row.items()

            until(same, PATIENCE_SECONDS, f"{queue} has {figures}")

    def _place(self, number: str) -> int | None:
        queues = _rows(self._house.run("queues", "status", "--json"))
        if any(queue["callers"] for queue in queues):
            assert lost_of("queues status", queues) == []
        places = {one["caller"]: one["position"] for queue in queues for one in queue["callers"]}
        return places.get(number)


def _so_many(phone: Run, count: int) -> bool:
    return len(phone.events("answered")) >= count


def _hears_something(phone: Run, call: int) -> bool:
    ear = phone.ear(call)
    heard = audio.windows(g711.decode(bytes(ear.sound), ear.law), [])
    return any(window.level_db > audio.QUIET_DB for window in heard)


def _rows(said: str) -> list[dict[str, Any]]:
    """The JSON list of a command, which may have log lines around it."""
    list_begins = re.search(r"^\[\]?$", said, re.MULTILINE)
    assert list_begins, said
    rows: list[dict[str, Any]] = json.JSONDecoder().raw_decode(said, list_begins.start())[0]
    return rows
