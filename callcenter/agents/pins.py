"""PINs typed on a telephone: a few wrong ones in a row lock them for a while."""

from __future__ import annotations

import datetime as dt
import hmac
from typing import Literal

from sqlalchemy.orm import Session

from schema.agents import PinTries

MOST_WRONG = 5
LOCKED = dt.timedelta(minutes=15)

Verdict = Literal["right", "wrong", "locked"]


def try_pin(session: Session, agent: str, typed: str, pin: str | None, now: dt.datetime) -> Verdict:
    """Whether it is the agent's PIN. ``pin`` is None for an agent who has none: wrong, and counted likewise."""
    tries = session.get(PinTries, agent, with_for_update=True)
    if tries is not None and tries.locked_until is not None and tries.locked_until > now:
        return "locked"
    if pin is not None and hmac.compare_digest(typed.encode(), pin.encode()):
        unlock(session, agent)
        return "right"
    if tries is None or tries.locked_until is not None:
        tries = session.merge(PinTries(agent=agent, wrong=0, locked_until=None))
    tries.wrong += 1
    if tries.wrong >= MOST_WRONG:
        tries.locked_until = now + LOCKED
        return "locked"
    return "wrong"


def unlock(session: Session, agent: str) -> None:
    """Forget the wrong ones."""
    tries = session.get(PinTries, agent)
    if tries is not None:
        session.delete(tries)
