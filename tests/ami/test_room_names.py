"""Those in a room hear the name of who comes and goes; who has said none, and what fails, is passed over."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ami.protocol import Message
from ami.room_names import RoomNames
from callcenter.calls.room_names import KEPT_SECONDS, forget_old, spoken_name
from callcenter.prompt_index import PromptIndex, Sound
from tests.callcenter.flow_sites import flow, site

pytestmark = [pytest.mark.req("CALL-5")]
WORDS = {name: {"zh": Sound(f"/p/{name}", 1)} for name in ("house-room-joined", "house-room-left")}
LIVE = (site(flow({"begin": {"kind": "hangup"}})), PromptIndex(Sound("/p/silence", 1), WORDS))


class Phone:
    """A manager that says who was spoken to and what."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    async def action(self, name: str, fields: Mapping[str, Any]) -> Mapping[str, str]:
        told = dict(one.split("=", 1) for one in fields["Variable"])
        self.said.append((told["HL_LISTENER"], told["HL_SAY_1"]))
        return {"Response": "Success"}

    async def action_list(self, name: str, fields: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
        return []


def event(kind: str, who: str) -> Message:
    return Message(
        {"Event": f"Confbridge{kind}", "Conference": "8801", "Uniqueid": who, "Channel": f"PJSIP/{who}-1"}
    )


def told(spool: Path, *events: Message) -> list[tuple[str, str]]:
    phone = Phone()
    names = RoomNames(phone, lambda: LIVE, spool)

    async def tell() -> None:
        for message in events:
            await names.tell(message)

    asyncio.run(tell())
    return phone.said


def test_all_others_hear_who_comes_and_who_goes(tmp_path: Path) -> None:
    file = spoken_name(tmp_path, "carl")
    file.parent.mkdir(parents=True)
    file.touch()
    heard = told(
        tmp_path, event("Join", "anna"), event("Join", "ben"), event("Join", "carl"), event("Leave", "carl")
    )
    name = str(file.with_suffix(""))
    joined, left = f"{name}&/p/house-room-joined", f"{name}&/p/house-room-left"
    assert heard == [
        ("PJSIP/anna-1", joined),
        ("PJSIP/ben-1", joined),
        ("PJSIP/anna-1", left),
        ("PJSIP/ben-1", left),
    ]


def test_who_has_said_no_name_comes_unheard(tmp_path: Path) -> None:
    assert told(tmp_path, event("Join", "anna"), event("Join", "ben"), event("Leave", "anna")) == []


def test_a_name_is_never_outside_its_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="uniqueid"):
        spoken_name(tmp_path, "../../etc/passwd")


def test_names_of_who_never_came_in_do_not_fill_the_disk(tmp_path: Path) -> None:
    old, new = spoken_name(tmp_path, "gone"), spoken_name(tmp_path, "here")
    old.parent.mkdir(parents=True)
    for name in (old, new):
        name.touch()
    now = new.stat().st_mtime
    os.utime(old, (now, now - KEPT_SECONDS - 1))
    forget_old(tmp_path, now)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_spool_without_names_has_none_to_forget(tmp_path: Path) -> None:
    forget_old(tmp_path, 0.0)
