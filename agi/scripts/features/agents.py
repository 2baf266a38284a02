"""An agent's feature codes: log in and out, pause and unpause, more wrap-up, from any phone.

Where an agent is logged in at the phone it is they who dial; else the agent's number and PIN are asked for.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from agi.scripts.features.desk import Desk
from callcenter.agents import seating as agents
from callcenter.agents import states
from callcenter.agents.pins import try_pin
from callcenter.errors import HotlineError, NotFound
from callcenter.routing import desks
from callcenter.routing.number_plan import is_on_board

MOST_DIGITS, PIN_DIGITS = 8, 20
ASKED_TIMES = 3
LONGER_SECONDS = 60


def login(desk: Desk) -> None:
    """Sit down at this phone."""
    if is_on_board(desk.seat):
        raise HotlineError("agents log in at seats, not at telephones on a board")
    agent = _who_are_you(desk, desk.argument)
    if agent is None:
        return
    numbers, clock = desk.snapshot.numbers, desk.services.clock

    def sit(session: Session) -> None:
        agents.sit(session, agent, desk.seat, clock)
        desks.follow(session, numbers, [agent], clock)

    _do(desk, sit, "house-logged-in")


def logout(desk: Desk) -> None:
    """Go home."""
    agent = _agent(desk)
    if agent is not None:
        _do(desk, lambda session: agents.log_out(session, agent, desk.services.clock), "house-logged-out")


def pause(desk: Desk) -> None:
    """Take no calls, for a reason of the site's."""
    agent = _agent(desk)
    if agent is None:
        return
    site, code = desk.snapshot.published.site, desk.argument
    if site.pause_reasons and not code:
        code = desk.ask(("house-pause-code",), 1)
    reason = agents.known_reason(site, code)
    _do(desk, lambda session: agents.pause(session, agent, reason, desk.services.clock), "house-paused")


def unpause(desk: Desk) -> None:
    """Take calls again: the end of a pause, or of a wrap-up before its time."""
    agent = _agent(desk)
    if agent is None:
        return
    early = desk.database(lambda session: _ready(session, agent, desk))
    desk.wish("members", **({"Again": agent} if early else {}))
    desk.say("house-ready")


def wrapup(desk: Desk) -> None:
    """More time after the call."""
    agent = _agent(desk)
    seconds = int(desk.argument or LONGER_SECONDS)
    if agent is not None:
        at = desk.services.clock()
        _do(desk, lambda session: states.extend_wrap_up(session, agent, at, seconds), "house-longer")


def _ready(session: Session, agent: str, desk: Desk) -> bool:
    """Whether a wrap-up was ended before its time."""
    desks.end_pause(session, desk.snapshot.numbers, agent, desk.services.clock)
    login = agents.seated(session, agent)
    try:
        states.end_wrap_up(session, login, desk.services.clock())
    except NotFound:
        return False
    return True


def _do(desk: Desk, work: Callable[[Session], object], word: str) -> None:
    """Change it, let the queues follow, and say so. ``work`` gives nothing that outlives the session."""

    def whole(session: Session) -> None:
        work(session)

    desk.database(whole)
    desk.wish("members")
    desk.say(word)


def _agent(desk: Desk) -> str | None:
    """Who is logged in at this phone, else who says so with a PIN."""
    return desk.look_up(lambda session: agents.agent_at(session, desk.seat)) or _who_are_you(desk, "")


def _who_are_you(desk: Desk, number: str) -> str | None:
    for _ in range(ASKED_TIMES):
        agent = number or desk.ask(("house-agent-number",), MOST_DIGITS)
        typed = desk.ask(("house-pin",), PIN_DIGITS, masked=True) if agent else ""
        if not typed:
            return None
        pin = desk.services.secret(f"agent/{agent}") if agent in desk.snapshot.numbers.agents else None
        now = desk.services.clock()

        def check(session: Session, agent: str = agent, pin: str | None = pin, typed: str = typed) -> str:
            return try_pin(session, agent, typed, pin, now)  # noqa: B023 - done before the next round

        verdict = desk.database(check)
        if verdict == "right":
            return agent
        desk.say("house-locked" if verdict == "locked" else "house-wrong-pin")
        if verdict == "locked":
            return None
        number = ""
    return None
