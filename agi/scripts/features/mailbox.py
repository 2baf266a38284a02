"""Mailboxes at a phone: listen to one's own or any box, record its greeting, give it another PIN."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy.orm import Session

from agi.database import DatabaseAway
from agi.outcomes import CommandFailed
from agi.scripts.features.desk import Desk
from callcenter import spoken
from callcenter.agents.pins import Verdict, try_pin
from callcenter.agents.seating import agent_at
from callcenter.flow.dialogue import Hear
from callcenter.mailboxes import boxes as mailboxes
from callcenter.mailboxes.pins import fault
from callcenter.mailboxes.spool import sound_of
from schema.calls import VoicemailMessage

PIN_TRIES = 3
"""In one call; ``callcenter/agents/pins.py`` counts over all calls."""
MENU_SECONDS = 5
MENU_TRIES = 3
MOST_MESSAGES = 50
GREETING_SECONDS = 60
KEYS = AGAIN, NEXT_ONE, DELETE, NEW_PIN, GREETING, END = "1", "2", "3", "4", "0", "*"
BESIDE = (GREETING, NEW_PIN)
"""Keys after which the menu comes again."""


def own(desk: Desk) -> None:
    """The box of the agent who is logged in here, else of the seat."""
    numbers = [agent for agent in (_agent_at(desk), desk.number) if agent]
    box = next((number for number in numbers if number in desk.snapshot.numbers.mailboxes), "")
    _enter(desk, box)


def any_box(desk: Desk) -> None:
    """A box by its number, dialled behind the code or asked for."""
    _enter(desk, desk.argument or desk.ask(("house-mailbox-which",), 8))


def _agent_at(desk: Desk) -> str | None:
    return desk.look_up(lambda session: agent_at(session, desk.seat))


def _enter(desk: Desk, box: str) -> None:
    if box not in desk.snapshot.numbers.mailboxes:
        desk.say("house-unknown-number")
    elif _knows_the_pin(desk, box):
        _listen(desk, box)


def _knows_the_pin(desk: Desk, box: str) -> bool:
    """Asked up to three times; a box that is locked is said to be."""
    name = mailboxes.pin_name(box)
    pin, clock = desk.services.secret(name), desk.services.clock
    for _ in range(PIN_TRIES):
        typed = desk.ask(("house-mailbox-pin",), 20, masked=True)

        def look(session: Session, typed: str = typed) -> Verdict:
            return try_pin(session, name, typed, pin, clock())

        verdict = desk.database(look)
        if verdict == "right":
            return True
        desk.say(f"house-mailbox-{verdict}")
        if verdict == "locked":
            return False
    return False


def _listen(desk: Desk, box: str) -> None:
    """One message after the other; each is heard, and heard again or deleted by key."""

    def look(session: Session) -> list[VoicemailMessage]:
        return [message.row for message in mailboxes.messages(session, box, MOST_MESSAGES)]

    waiting = desk.look_up(look)
    desk.say("house-mailbox-messages", *spoken.number(len(waiting), desk.call.language))
    for row in waiting:
        if not _hear(desk, box, row):
            return
    while (key := _menu(desk, "house-mailbox-last")) in BESIDE:
        _beside(desk, box, key)


def _hear(desk: Desk, box: str, row: VoicemailMessage) -> bool:
    """One message until the listener goes on; False to end."""
    key: str | None = AGAIN
    while key == AGAIN or key in BESIDE:
        if key in BESIDE:
            _beside(desk, box, key)
        pressed = _play(desk, row) if key == AGAIN else None
        key = pressed if pressed in KEYS else _menu(desk, "house-mailbox-menu")
    if key == DELETE:
        by, at = desk.seat, desk.services.clock()
        desk.database(lambda session: mailboxes.delete(session, row.message_id, by, at))
        desk.say("house-mailbox-deleted")
    return key in (NEXT_ONE, DELETE)


def _play(desk: Desk, row: VoicemailMessage) -> str | None:
    """The message; the key that ended it."""
    if row.caller:
        desk.say("house-mailbox-from", *spoken.digits(row.caller, desk.call.language))
    sound = sound_of(desk.services.spool or Path(), row)
    key = desk.voice.play_sound(str(sound.with_suffix("")), row.duration_ms / 1000)
    by, at = desk.seat, desk.services.clock()
    with suppress(DatabaseAway):  # it stays a new one, and the next one is heard
        desk.database(lambda session: mailboxes.heard(session, row.message_id, by, at))
    return key


def _menu(desk: Desk, words: str) -> str:
    """A key, ``*`` after some silence."""
    for _ in range(MENU_TRIES):
        key = desk.voice.hear(Hear((words,), desk.call.language, "".join(KEYS), True, MENU_SECONDS))
        if key in KEYS:
            return key
    return END


def _beside(desk: Desk, box: str, key: str) -> None:
    if key == GREETING:
        _greet(desk, box)
    else:
        _change_pin(desk, box)


def _change_pin(desk: Desk, box: str) -> None:
    """A new PIN, typed twice; the old one stays when it is none, or not the same again."""
    new = desk.ask(("house-mailbox-new-pin",), 20, masked=True)
    if fault(new, box):
        desk.say("house-mailbox-bad-pin")
        return
    if desk.ask(("house-mailbox-same-pin",), 20, masked=True) != new:
        desk.say("house-mailbox-other-pin")
        return
    by, at = f"seat {desk.seat}", desk.services.clock()

    def change(session: Session) -> None:
        mailboxes.pin_changed(session, box, by, at)
        desk.services.set_secret(mailboxes.pin_name(box), new)

    desk.database(change)
    desk.say("house-done")


def _greet(desk: Desk, box: str) -> None:
    """Record what callers of the box hear before they speak; it can't be ended by a key of the menu."""
    desk.say("house-mailbox-speak")
    try:
        path = f"{desk.services.spool}/voicemail/hotline/{box}/greeting.wav"
        desk.voice.record(path, GREETING_SECONDS)
    except CommandFailed:
        desk.say("house-failed")
        return
    desk.say("house-done")
