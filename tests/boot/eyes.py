"""Run on the booted machine: return when a caller's call has come past a step, or is asked for a score.

python3 - 13912350001 welcome
python3 - 13912350001 asked
"""

from __future__ import annotations

import sys
import time

from sqlalchemy import Select, select

from callcenter.settings import Settings
from cli import Hotline
from schema.calls import Call, Step, SurveyAnswer

LOOK_SECONDS = 0.1


def wanted(number: str, what: str) -> Select[tuple[int]]:
    """The rows that tell of it."""
    if what == "asked":
        return (
            select(SurveyAnswer.id)
            .join(Call, Call.call_id == SurveyAnswer.call_id)
            .where(Call.caller == number)
        )
    steps = select(Step.id).join(Call, Call.call_id == Step.call_id)
    return steps.where(Call.caller == number, Step.step == what)


def main(number: str, what: str) -> None:
    """Look until it is there; who runs this ends it when that takes too long."""
    sessions = Hotline(Settings()).sessions(read_only=True)
    while True:
        with sessions() as session:
            if session.scalar(wanted(number, what).limit(1)) is not None:
                return
        time.sleep(LOOK_SECONDS)


main(*sys.argv[1:])
