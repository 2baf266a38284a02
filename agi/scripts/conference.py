"""agi://…/conference — who may come into a room, and as what."""

from __future__ import annotations

import hmac

import structlog

from agi.call import Call
from agi.outcomes import CommandFailed
from agi.services import Services
from agi.speaking import Voice
from callcenter.calls.room_names import spoken_name
from callcenter.channel_variables import ADMIT, DONE
from callcenter.flow.dialogue import Collect

log = structlog.get_logger()
TRIES = 3
PIN_DIGITS = 20
KEY_SECONDS = 5
NAME_SECONDS = 4
NOBODY, HOST, MEMBER, WAITING = "", "host", "member", "waiting"


def conference(call: Call, services: Services) -> None:
    """Ask for the PIN, a few times; the host's makes them the host."""
    version, number, language = call.args[1:4]
    snapshot = services.snapshots.of(version)
    room = next((one for one in snapshot.published.site.rooms if one.number == number), None)
    admit = NOBODY
    if room is not None:
        voice = Voice(call, snapshot.prompts, answered=False)
        spoken = language or call.language or snapshot.published.site.languages[0]
        admit = _ask(voice, services, number, spoken)
        if admit == MEMBER and room.host:
            admit = WAITING
        if admit and room.announce == "name":
            _ask_name(voice, services, call.uniqueid, spoken)
    call.set_variables({ADMIT: admit, DONE: "1"})


def _ask_name(voice: Voice, services: Services, uniqueid: str, language: str) -> None:
    """Said to the others by the listener; who can't be recorded comes in without a name."""
    if services.spool is None:
        return
    voice.play(("house-room-name",), language)
    try:
        voice.record(str(spoken_name(services.spool, uniqueid)), NAME_SECONDS)
    except (CommandFailed, ValueError):
        log.warning("conference.no_name", channel=uniqueid)


def _ask(voice: Voice, services: Services, room: str, language: str) -> str:
    pins = {HOST: services.secret(f"room-host/{room}"), MEMBER: services.secret(f"room/{room}")}
    wanted = Collect(("house-room-pin",), language, 1, PIN_DIGITS, KEY_SECONDS, masked=True)
    for _ in range(TRIES):
        typed = (voice.collect(wanted) or "").encode()
        for role, pin in pins.items():
            if pin and hmac.compare_digest(typed, pin.encode()):
                return role
        voice.play(("house-room-wrong",), language)
    return NOBODY
