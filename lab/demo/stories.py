"""The five calls: what each caller does, and what must be found of it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lab.demo.checks import Checks, Expectation
from lab.demo.stage import ANALOG, E1, Stage


@dataclass(frozen=True)
class Story:
    """One call. ``caller`` is its own number, by which it is found again."""

    title: str
    caller: str
    act: Callable[[Stage, str], None]
    expects: Callable[[Checks], Iterator[Expectation]]


def _served(stage: Stage, caller: str) -> None:
    call = stage.call(caller, "4008001000", E1)
    call.comes_past("welcome")
    call.press("1")
    call.comes_past("main_menu")
    call.press("2")
    call.comes_past("billing_menu")
    call.press("2")
    call.is_asked()
    call.press("2")
    call.ends()


def _served_well(found: Checks) -> Iterator[Expectation]:
    yield from found.entered("e1", "4008001000", ["welcome", "main_menu", "billing_menu", "bills_menu"])
    yield found.pressed(["1", "2", "2"])
    yield found.visit("service", "answered", "1001")
    yield found.announced("1001")
    yield found.both_talk("1001")
    yield found.call_ended_by("agent")
    yield found.scored(2)
    yield found.thanked()


def _closed(stage: Stage, caller: str) -> None:
    call = stage.call(caller, "4008001000", E1)
    call.comes_past("holiday_notice")
    call.press("1")
    call.speaks_to("9000", 4.0)
    call.press("#")
    call.ends()


def _message_left(found: Checks) -> Iterator[Expectation]:
    yield from found.entered("e1", "4008001000", ["on_holiday", "closed_menu", "leave_message"])
    yield found.pressed(["1"])
    yield found.no_queue()
    yield found.message("9000", at_least_seconds=3.0)
    yield found.says_goodbye()


def _leaves_queue(stage: Stage, caller: str) -> None:
    gateway = stage.login("trunk/analog", "gw_analog")
    call = stage.call(caller, "4008001001", ANALOG, gateway)
    call.hears_ringing("1005", seconds=3.0)
    call.press("*")
    call.has_left("english")
    call.press("2")
    call.ends()


def _left_queue(found: Checks) -> Iterator[Expectation]:
    yield from found.entered("analog", "4008001001", ["welcome_english", "english_menu"])
    yield found.visit("english", "key", None)
    yield found.pressed(["2"])
    yield found.called_back("english")
    yield found.says_goodbye()


def _lost_in_menu(stage: Stage, caller: str) -> None:
    call = stage.call(caller, "4008001000", E1)
    call.comes_past("welcome")
    call.press("7")
    call.comes_past("main_menu", times=2)
    call.press("8")
    call.comes_past("main_menu", times=3)
    call.press("5")
    call.is_asked()
    call.press("1")
    call.ends()


def _reached_operator(found: Checks) -> Iterator[Expectation]:
    yield from found.entered("e1", "4008001000", ["main_menu", "wrong_key", "no_key", "to_operator"])
    yield found.limit_reached("main_menu", "operator")
    yield found.visit("service", "answered", "1001")
    yield found.both_talk("1001")
    yield found.scored(1)
    yield found.thanked()


def _nobody(stage: Stage, caller: str) -> None:
    call = stage.call(caller, "4008001000", E1)
    call.comes_past("welcome")
    call.press("2")
    call.comes_past("main_menu")
    call.press("2")
    call.speaks_to("9002", 3.0)
    call.press("#")
    call.ends()


def _overflowed(found: Checks) -> Iterator[Expectation]:
    yield from found.entered("e1", "4008001000", ["welcome", "main_menu", "faults_menu", "leave_fault"])
    yield found.pressed(["2", "2"])
    yield found.visit("faults", "nobody", None)
    yield found.message("9002", at_least_seconds=2.0)
    yield found.says_goodbye()


SERVED = Story("Opening hours: menus, queue, agent 1001, and a score", "13912340001", _served, _served_well)
CLOSED = Story("Closed today: a message is left", "13912340002", _closed, _message_left)
LEAVES = Story("The English line: a key leads out of the queue", "02088880003", _leaves_queue, _left_queue)
LOST = Story("Wrong keys, and none: the operator takes over", "13912340004", _lost_in_menu, _reached_operator)
NOBODY = Story("Nobody is logged in: the call overflows", "13912340005", _nobody, _overflowed)
WHILE_OPEN = (SERVED, LEAVES, LOST, NOBODY)
WHILE_CLOSED = (CLOSED,)
ALL = (SERVED, CLOSED, LEAVES, LOST, NOBODY)
