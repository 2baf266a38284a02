"""What callers, agents and gateways do, as data, and the SIPp scenario each is rendered into.

Names, numbers and ports never stand in the XML: they reach SIPp as rows of an injection file (``rows``). Only
numbers, and words from a closed set, are rendered, so that no text can end a message or an element.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, cycle, repeat
from typing import ClassVar, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from callcenter.errors import HotlineError
from lab.g711 import PAYLOAD_TYPE, Law
from lab.rtp import KEYS
from lab.speech import Speech


@dataclass(frozen=True)
class Key:
    """One key, ``after_ms`` after the key before it began, or after the answer."""

    digit: str
    after_ms: int

    def __post_init__(self) -> None:
        if self.digit not in KEYS or len(self.digit) != 1:
            raise HotlineError(f"no phone has a key {self.digit!r}")


def keys(digits: str, first_ms: int = 200, gap_ms: int = 200) -> tuple[Key, ...]:
    """``digits`` one after the other, the first ``first_ms`` after the answer."""
    return tuple(Key(digit, gap_ms if place else first_ms) for place, digit in enumerate(digits))


@dataclass(frozen=True)
class Login:
    """A SIP account: digest name and password."""

    username: str
    password: str


@dataclass(frozen=True)
class Turn:
    """When one of many calls begins, after the first could, which keys it presses, how long it stays at most."""

    begins_ms: int
    leaves_ms: int
    keys: Sequence[Key] = ()


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Dials, hears, presses keys, talks; hangs up after ``talk_seconds``, or waits for the far end to.

    ``calls`` are (dialled, own number) of one call after the other, where they are not all alike; so are the keys
    in ``keys_of``, where they are not ``keys``. ``turns`` says of each of them what it does when; their events carry
    SIPp's clock, in milliseconds.
    ``refused_with`` is the final status that is right for this call; None means it must be answered.
    ``patience_seconds`` bounds the wait for the far end's hang-up. A ``login`` answers a challenge.
    """

    template: ClassVar[str] = "caller.xml.j2"
    dials: str
    number: str = "13800138000"
    name: str = ""
    calls: Sequence[tuple[str, str]] = ()
    login: Login | None = None
    law: Law = "alaw"
    tone_hz: int | None = None
    keys: Sequence[Key] = ()
    keys_of: Sequence[Sequence[Key]] = ()
    dtmf: Literal["rfc4733", "info"] = "rfc4733"
    talk_seconds: float | None = None
    patience_seconds: float = 60.0
    refused_with: int | None = None
    turns: Sequence[Turn] = ()

    def speech(self) -> Speech:
        """What its media sends; keys in INFO messages are the scenario's business."""
        if self.turns:
            return Speech(self.law, self.tone_hz, keys_of=[_pressed(turn.keys) for turn in self.turns])
        as_sound = self.dtmf == "rfc4733"
        keys, keys_of = (self.keys, self.keys_of) if as_sound else ((), ())
        return Speech(self.law, self.tone_hz, _pressed(keys), tuple(map(_pressed, keys_of)))

    def rows(self, ports: Sequence[int]) -> str:
        """A row for each call, or each call at a time: media port, dialled number, own number, own name.

        With turns two more: milliseconds until it begins, and how long it stays.
        """
        calls = self.calls or [(self.dials, self.number)] * len(ports)
        turns = [(str(turn.begins_ms), str(turn.leaves_ms)) for turn in self.turns] or repeat(())
        return _injection(
            [(str(port), *call, self.name, *turn) for port, call, turn in zip(cycle(ports), calls, turns)]
        )


@dataclass(frozen=True, kw_only=True)
class Agent:
    """Rings for ``rings_ms``, then answers, refuses with ``refuses_with``, or never answers.

    Once answered it talks, and hangs up after ``talk_seconds`` or waits for the far end to; with
    ``passes_on_to`` it sends the far end to that number instead, by a blind transfer. A gateway or a
    provider at the far side of a trunk is the same thing. A ``login`` signs in first. ``keys`` are pressed from
    the answer on. One that ``says_nothing`` hears each call and leaves it without a word.
    """

    template: ClassVar[str] = "agent.xml.j2"
    login: Login | None = None
    law: Law = "alaw"
    tone_hz: int | None = None
    keys: Sequence[Key] = ()
    rings_ms: int = 100
    answers: bool = True
    refuses_with: Literal[480, 486, 500, 503, 603] | None = None
    talk_seconds: float | None = None
    passes_on_to: str | None = None
    says_nothing: bool = False
    patience_seconds: float = 3600.0

    def __post_init__(self) -> None:
        if self.passes_on_to is not None and not re.fullmatch(r"[0-9*#+]{1,24}", self.passes_on_to):
            raise HotlineError(f"{self.passes_on_to!r} is no number to pass a call on to")

    def speech(self) -> Speech:
        """What its media sends."""
        return Speech(self.law, self.tone_hz, _pressed(self.keys))

    def rows(self, ports: Sequence[int]) -> str:
        """A row for each call at a time: the media port."""
        return _injection([(str(port),) for port in ports])


@dataclass(frozen=True, kw_only=True)
class Registration:
    """Signs ``logins`` in for ``seconds``, 0 to sign them out, at its own address or at ``contact``, as IP:PORT."""

    template: ClassVar[str] = "register.xml.j2"
    logins: Sequence[Login]
    seconds: int = 3600
    contact: str = ""

    def rows(self) -> str:
        """A row for each: name, what answers the challenge, and where it is to be found unless it is here."""
        accounts = [_sendable((login.username, login.password, self.contact)) for login in self.logins]
        return _sequence([(name, _ANSWER.format(name, password), at) for name, password, at in accounts])


_ANSWER = "[authentication username={} password={}]"
"""SIPp's only way to have another account with each call: its keyword stands in the row."""
Scenario = Caller | Agent | Registration

_TEMPLATES = Environment(
    loader=PackageLoader("lab", "scenarios"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(scenario: Scenario) -> str:
    """The SIPp scenario in XML."""
    return _TEMPLATES.get_template(scenario.template).render(it=scenario, payload_type=PAYLOAD_TYPE)


def _pressed(keys: Sequence[Key]) -> list[tuple[float, str]]:
    """When after the answer each is pressed, in seconds."""
    moments = accumulate(key.after_ms for key in keys)
    return [(at / 1000, key.digit) for at, key in zip(moments, keys, strict=True)]


def _injection(rows: Iterable[tuple[str, ...]]) -> str:
    return _sequence([_sendable(row) for row in rows])


def _sendable(row: tuple[str, ...]) -> tuple[str, ...]:
    """SIPp's CSV has no quoting: a field holds no separator, no line's end, no keyword's bracket."""
    for value in row:
        if re.search(r"[;\[\]\x00-\x1f\x7f]", value):
            raise HotlineError(f"{value!r} can't be sent: no ';', brackets or control characters")
    return row


def _sequence(rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(["SEQUENTIAL", *(";".join(row) for row in rows), ""])
