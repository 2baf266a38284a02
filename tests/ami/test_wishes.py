"""Wishes of calls: each to its handler, and none of them can end the listener."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from agi.outcomes import Unsendable
from agi.protocol import wish
from ami.protocol import Message
from ami.wishes import Tools, Wishes
from callcenter.manager_events import LISTENED, WISH_EVENT

TOOLS = cast(Tools, None)


def hear(handlers: dict[str, Any], *events: dict[str, str]) -> None:
    async def whole() -> None:
        wishes = Wishes(TOOLS, handlers)
        for event in events:
            wishes.hear(Message({"Event": "UserEvent", **event}))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(whole())


def test_a_wish_reaches_its_handler_and_others_do_not() -> None:
    heard: list[str] = []

    async def note(_: Tools, message: Message) -> None:
        heard.append(message["Seat"])

    async def fail(_: Tools, message: Message) -> None:
        raise ValueError(message["Seat"])

    asked = {"UserEvent": WISH_EVENT, "Wish": "note", "Seat": "s1"}
    hear(
        {"note": note, "fail": fail},
        {**asked, "Wish": "fail"},
        {**asked, "Wish": "unknown"},
        {**asked, "UserEvent": "SomebodyElses"},
        asked,
    )
    assert heard == ["s1"]
    assert "UserEvent" in LISTENED


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize("value", ["a,Wish: b", "a\r\nWish: b", "", "${SHELL(id)}", 'a"b', "x" * 101])
def test_a_wish_carries_plain_words_only(value: str) -> None:
    with pytest.raises(Unsendable):
        wish("login", {"Agent": value})


def test_a_wish_is_one_user_event() -> None:
    assert wish("login", {"Agent": "1001"}) == "HotlineWish,Wish: login,Agent: 1001"
