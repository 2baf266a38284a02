"""Words for one channel that nobody else hears: a pair of Local channels carries them into it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from ami import actions
from ami.members import Manager
from callcenter.channel_variables import LISTENER, SAY
from callcenter.errors import HotlineError

SPEAK_SECONDS = 10
"""The words must have begun by then."""
LONGEST_VALUE = 700
"""Bytes of one variable: a manager's line holds 1,022."""
CONTEXT = "hotline_announce"


def speaker_id() -> str:
    """What a channel that speaks is called."""
    return f"hotline-say-{uuid.uuid4().hex}"


def saying(speaker: str, channel: str, files: Sequence[str]) -> actions.Action:
    """Let ``channel`` hear the files."""
    return actions.originate(
        f"Local/say@{CONTEXT}/n",
        context=CONTEXT,
        exten="into",
        channel_id=speaker,
        caller_id="",
        seconds=SPEAK_SECONDS,
        variables={LISTENER: channel, **pieces(files)},
    )


async def say(manager: Manager, channel: str, files: Sequence[str]) -> None:
    """Begin to. Raises HotlineError."""
    answer = await manager.action(*saying(speaker_id(), channel, files))
    if answer.get("Response") != "Success":
        raise HotlineError(f"nothing can be said to {channel}: {answer.get('Message', 'Asterisk refused')}")


def pieces(files: Sequence[str]) -> Mapping[str, str]:
    """The files as Playback takes them, in as many variables as they need."""
    texts: list[str] = []
    for file in files:
        if texts and len(f"{texts[-1]}&{file}".encode()) <= LONGEST_VALUE:
            texts[-1] += f"&{file}"
        else:
            texts.append(file)
    return {f"{SAY}{number}": text for number, text in enumerate(texts, 1)}
