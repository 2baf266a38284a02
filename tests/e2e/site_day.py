"""What a mixed day needs of the site: numbers 40090095xx, queues that the crowd serves, seats 7211 …, a room."""

from __future__ import annotations

from typing import Any

from tests.e2e.site_day_hands import (
    CUSTOMERS,
    CUSTOMERS_HOST,
    LEAVES_BY,
    LINES,
    Line,
    call_back,
    people,
    seat_number,
)
from tests.e2e.site_recording import CONSENT

Site = dict[str, Any]
CARE, MENU, STUCK, EMPTY, SHUT = (f"400900950{place}" for place in range(1, 6))
AGAIN, PASSED_ON, ENGLISH, OUTSIDE, ROOM_LINE, ASK, TELL = (f"400900951{place}" for place in range(1, 8))
QUEUE, REMEMBERING, ASKED, TOLD = "day_care", "day_again", "day_ask", "day_tell"
WRAPUP_SECONDS = 1
SILENT, PASSERS = "4091", ("4092", "4093")
"""An agent whose phone is never answered, and two who pass every caller on to ``CARE``."""
MANAGER = "4001"
CARRIER, CARRIER_HOST, PREFIX = "c6", "127.0.0.56", "8889"
CALLING, DIALLING, CALLED, FORWARDED = "7211", "7212", "7213", "7214"
"""Seats: one that calls the third and the fourth, whose calls go to the third, and one that calls outside."""
RULED = "13922"
"""Callers whose numbers begin so go straight to the queue, by a rule."""
ROOM, BOX = "8809", "9609"


def seat(number: str) -> str:
    """The seat of an inside number of the day's."""
    return f"day{number}"


def add_day(found: Site, crowd: list[str]) -> None:
    """Add all of it; ``crowd`` are the agents who serve."""
    _people(found)
    question = {"question": "hello", "thanks": "hello", "wrong_key": "hello"}
    found["surveys"].append({"name": "day", **question, "attempts": 1, "answer_seconds": 2})
    for name, more in _queues(crowd).items():
        own = {"retry_seconds": 1, "announce_agent": False, "music": "melody"}
        found["queues"].append({"name": name, "title": name, **own, **more})
    for number, name, steps in _flows():
        language = "en" if number == ENGLISH else "zh"
        found["dids"].append({"number": number, "title": name, "flow": name, "language": language})
        flow = {"name": name, "title": name, "language": language, "start": "start", "operator": "operator"}
        steps = {"operator": _wait(QUEUE), **steps}
        found["flows"].append({**flow, "steps": steps})
    rule = {"name": "day_rule", "callers": [f"{RULED}*"], "queue": QUEUE, "priority": 5}
    found.setdefault("rules", []).append(rule)
    _outside(found)
    consents = found["recording"]["queues"]
    consents[ASKED] = {"consent": CONSENT | {"answer": "agree", "seconds": 10}}
    consents[TOLD] = {"consent": CONSENT}


def _people(found: Site) -> None:
    for agent in (SILENT, *PASSERS):
        found["agents"].append({"number": agent, "title": agent, "languages": ["zh"]})
        found["seats"].append({"name": f"t{agent}", "number": f"9{agent}", "title": agent})
    for agent in people():
        found["agents"].append(agent)
        number = agent["number"]
        found["seats"].append({"name": f"t{number}", "number": seat_number(number), "title": number})
    for number in (CALLING, DIALLING, CALLED, FORWARDED):
        found["seats"].append({"name": seat(number), "number": number, "title": number})
    next(agent for agent in found["agents"] if agent["number"] == MANAGER)["account_manager"] = True
    found["mailboxes"].append({"number": BOX, "title": "Day"})
    found.setdefault("rooms", []).append({"number": ROOM, "title": "Day", "host": False})


def _queues(crowd: list[str]) -> dict[str, Site]:
    served = {"members": [{"agent": agent} for agent in crowd], "wrapup_seconds": WRAPUP_SECONDS}
    passers = [{"agent": agent} for agent in PASSERS]
    return {
        QUEUE: {**served, "survey": "day"},
        REMEMBERING: {**served, "survey": "day", "last_agent": {"wait_seconds": 2}},
        "day_stuck": {
            "members": [{"agent": SILENT}],
            "ring_seconds": 5,
            "max_wait_seconds": 6,
            "exit_keys": ["9"],
        },
        "day_empty": {"members": []},
        "day_first": {"members": passers, "wrapup_seconds": WRAPUP_SECONDS, "survey": "day"},
        **{
            line.queue: {
                "members": [{"agent": line.agent}],
                "wrapup_seconds": WRAPUP_SECONDS,
                "survey": "day",
                **(call_back() if line.way == "kept" else {}),
            }
            for line in LINES
        },
        ASKED: {**served, "survey": "day"},
        TOLD: {**served, "survey": "day"},
    }


def _flows() -> list[tuple[str, str, Site]]:
    menu = {"kind": "menu", "prompts": ["hello"], "keys": {"1": "care"}, "wait_seconds": 2}
    hours = {"kind": "branch", "on": "calendar", "calendar": "shut", "cases": {"open": "operator"}}
    room = {"kind": "conference", "room": ROOM, "refused": "bye"}
    mobile = {"kind": "outside", "number": "13800138000", "trunk": CARRIER}
    missed = dict.fromkeys(("busy", "no_answer", "unreachable"), "bye")
    bye = {"bye": {"kind": "hangup"}}
    leave = {"kind": "voicemail", "mailbox": BOX, "greeting": ["hello"], "next": "bye"}
    keep = {"kind": "callback", "queue": QUEUE, "confirm": ["hello"], "next": "bye"}
    stuck = _wait("day_stuck", timeout="bye", keys={"9": "keep"})
    kept = Line("kept")
    waits, its_place = _wait(kept.queue, keys={LEAVES_BY: "keep"}), {**keep, "queue": kept.queue}
    overflow = _wait("day_empty", nobody="care")
    return [
        (CARE, QUEUE, {"start": _hello("care"), "care": _wait(QUEUE)}),
        (MENU, "day_menu", {"start": menu, "care": _wait(QUEUE)}),
        (STUCK, "day_stuck", {"start": _hello("stuck"), "stuck": stuck, "keep": keep, **bye}),
        (EMPTY, "day_empty", {"start": _hello("empty"), "empty": overflow, "care": _wait(QUEUE)}),
        (
            SHUT,
            "day_shut",
            {"start": {**hours, "otherwise": "shut"}, "shut": _hello("leave"), "leave": leave, **bye},
        ),
        (AGAIN, REMEMBERING, {"start": _hello("again"), "again": _wait(REMEMBERING)}),
        (PASSED_ON, "day_first", {"start": _hello("first"), "first": _wait("day_first")}),
        (ENGLISH, "day_english", {"start": _hello("care"), "care": _wait(QUEUE)}),
        (OUTSIDE, "day_outside", {"start": _hello("mobile"), "mobile": {**mobile, **missed}, **bye}),
        (ROOM_LINE, "day_room", {"start": room, **bye}),
        *(
            (line.number, line.queue, {"start": _hello("wait"), "wait": _wait(line.queue)})
            for line in LINES
            if line != kept
        ),
        (kept.number, kept.queue, {"start": _hello("wait"), "wait": waits, "keep": its_place, **bye}),
        (ASK, ASKED, {"start": _hello("ask"), "ask": _wait(ASKED)}),
        (TELL, TOLD, {"start": _hello("tell"), "tell": _wait(TOLD)}),
    ]


def _outside(found: Site) -> None:
    for trunk, host in ((CARRIER, CARRIER_HOST), (CUSTOMERS, CUSTOMERS_HOST)):
        connection = {"by": "address", "hosts": [host]}
        found["trunks"].append({"name": trunk, "title": trunk, "connection": connection})
    way = {"name": "day_way", "title": PREFIX, "prefixes": [PREFIX], "rights": "local"}
    found["routes"].append(
        {**way, "caller_id": "4008001000", "strip": 1, "prepend": "0", "trunks": [CARRIER]}
    )


def _hello(then: str) -> Site:
    return {"kind": "play", "prompts": ["hello"], "next": then}


def _wait(queue: str, **ways: Any) -> Site:
    usual = dict.fromkeys(("timeout", "full", "nobody"), "@hangup")
    return {"kind": "queue", "queue": queue, **usual, **ways}
