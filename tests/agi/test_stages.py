"""Greenlets that serve one call after the other: nothing of a call may stay in them for the next."""

from __future__ import annotations

import asyncio
import weakref
from contextvars import ContextVar
from typing import Any

from greenlet import getcurrent

from agi.call import Call
from agi.stages import MOST_FREE, Stages
from tests.agi.conftest import House, Serve

CUSTOMER: ContextVar[str] = ContextVar("customer", default="")


async def call_twice(house: House) -> None:
    """One call after the other, each answered."""
    for _ in range(2):
        asterisk = await house.call()
        assert await asterisk.answer("200 result=0") == "ANSWER"
        assert await asterisk.closed()


def test_the_next_call_has_the_same_stage_and_nothing_that_the_last_one_bound(serving: Serve) -> None:
    stages, bound = [], []

    def script(call: Call) -> None:
        stages.append(getcurrent())
        bound.append(CUSTOMER.get())
        CUSTOMER.set("1001")
        call.answer()

    serving(script, call_twice)
    assert stages[0] is stages[1]
    assert bound == ["", ""]


def test_a_call_that_has_ended_takes_no_verb_from_the_next_on_its_stage(
    serving: Serve, logged: list[Any]
) -> None:
    ended: list[Call] = []

    def script(call: Call) -> None:
        call.answer()
        ended.append(call)
        if call is not ended[0]:
            ended[0].verbose("still there?")

    serving(script, call_twice)
    assert [line["outcome"] for line in logged] == ["done", "crashed"]
    assert logged[1]["error"] == "RuntimeError"


def test_a_stage_keeps_no_call_that_has_ended(serving: Serve) -> None:
    calls: list[weakref.ref[Call]] = []

    async def once(house: House) -> None:
        asterisk = await house.call()
        await asterisk.answer("200 result=0")
        assert await asterisk.closed()
        await asterisk.hang_up()
        for _ in range(100):  # turns of the loop: each lets go of what it held
            await asyncio.sleep(0)
        assert calls[0]() is None

    def script(call: Call) -> None:
        calls.append(weakref.ref(call))
        call.answer()

    serving(script, once)


def test_what_a_burst_leaves_is_given_back() -> None:
    stages = Stages()
    taken = [stages.take() for _ in range(MOST_FREE + 5)]
    for stage in taken:
        stage.switch(lambda: None)
    assert [stage.dead for stage in taken].count(True) == 5
    assert stages.take() in taken
