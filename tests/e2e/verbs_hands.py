"""What agents do with a call in hand, at softphones.

Under ``phones``, agent: ``tone_hz``. Numbers are dialled as written.

``rings: AGENT``             wait until the agent's phone rings once more; this call is in hand now
``pick_up: AGENT``           wait for that and answer
``refuse: AGENT``            wait for that and say busy
``hold|resume: AGENT``       the call in hand
``refer: {AGENT: number}``   pass it on blind
``consult: {AGENT: number}`` ring somebody beside it
``consulted: AGENT``         wait until that one has answered
``join: AGENT``              pass the call on to who is consulted
``hang_up: AGENT``           end the call in hand; ``hangs_up``: the consultation
``over: AGENT``              wait until the call in hand is over
``talk: seconds``            what they say takes so long
``meanwhile: words``         a command that goes on while the case does
``finished: words``          wait until the commands that begin with these words have succeeded
``hotline: words``           a command; ``{NAME}`` is the id of that caller's call
``fails: [words, why]``      a command that must fail with this word in its message
``listens: {NAME: [hz]}``    wait until NAME hears each tone, and only those, in the next half second
``gap: {NAME: [hz, ms]}``    the tone's longest hole in NAME's ear so far, which must be no longer
"""

from __future__ import annotations

import subprocess
import time
from array import array
from contextlib import ExitStack
from itertools import pairwise
from typing import Any

from lab import audio, g711
from lab.rtp import Ear
from lab.scenario import Login
from lab.sipp_run import Run
from lab.softphone import PhoneCall, Softphone
from tests.e2e import expect
from tests.e2e.house import House
from tests.e2e.telephony_site import seat_of
from tests.e2e.until import until

PHONES_IP = "127.0.0.22"
SECONDS = 30.0
LISTEN_SECONDS = 0.5


def phone_of(house: House, seat: str, tone_hz: int | None = None) -> Softphone:
    """A softphone of a seat, neither begun nor signed in."""
    return Softphone(Login(seat, house.secret(f"seat/{seat}")), house.sip, ip=PHONES_IP, tone_hz=tone_hz)


class Hands:
    """The verbs; ``tests.e2e.runner.Stage`` inherits them."""

    _house: House
    number: dict[str, str]
    figures: dict[str, float]
    parties: dict[str, Run]
    phones: dict[str, Softphone]
    in_hand: dict[str, PhoneCall]
    consulting: dict[str, PhoneCall]
    commands: list[tuple[str, subprocess.Popen[str]]]

    def take_up_phones(self, phones: dict[str, dict[str, Any]], stack: ExitStack) -> None:
        """Sign every agent's softphone in, and the agent at it."""
        self.phones, self.in_hand, self.consulting, self.commands = {}, {}, {}, []
        for agent, options in phones.items():
            seat = seat_of(agent)
            stack.callback(self._house.run, "agents", "logout", agent)
            self.phones[agent] = stack.enter_context(phone_of(self._house, seat, **options))
            self.phones[agent].register()
            self._house.run("agents", "login", agent, "--seat", seat)

    def do_rings(self, agent: str) -> None:
        self.in_hand[agent] = self.phones[agent].incoming(SECONDS)

    def do_pick_up(self, agent: str) -> None:
        self.do_rings(agent)
        self.in_hand[agent].answer()

    def do_refuse(self, agent: str) -> None:
        self.do_rings(agent)
        self.in_hand[agent].refuse()

    def do_hold(self, agent: str) -> None:
        self.in_hand[agent].hold()

    def do_resume(self, agent: str) -> None:
        self.in_hand[agent].resume()

    def do_refer(self, whom: dict[str, str]) -> None:
        for agent, number in whom.items():
            self.in_hand[agent].transfer(number)

    def do_consult(self, whom: dict[str, str]) -> None:
        for agent, number in whom.items():
            self.consulting[agent] = self.phones[agent].dial(number)

    def do_consulted(self, agent: str) -> None:
        self.consulting[agent].wait("up", SECONDS)

    def do_join(self, agent: str) -> None:
        self.in_hand[agent].transfer_to(self.consulting[agent])

    def do_hang_up(self, agent: str) -> None:
        self.in_hand[agent].hang_up()

    def do_hangs_up(self, agent: str) -> None:
        self.consulting[agent].hang_up()

    def do_over(self, agent: str) -> None:
        self.in_hand[agent].wait("over", SECONDS)

    def do_talk(self, seconds: float) -> None:
        time.sleep(seconds)

    def do_hotline(self, words: str) -> None:
        self._house.run(*self._filled(words).split())

    def do_meanwhile(self, words: str) -> None:
        filled = self._filled(words)
        self.commands.append((filled, self._house.begin(*filled.split())))

    def do_finished(self, words: str) -> None:
        for command, process in [one for one in self.commands if one[0].startswith(words)]:
            out, _ = process.communicate(timeout=SECONDS)
            assert process.returncode == 0, f"hotline {command}: {out}"
            self.commands.remove((command, process))

    def do_fails(self, told: list[str]) -> None:
        words, why = told
        said = self._house.refused(*self._filled(words).split())
        assert why in said, said

    def do_listens(self, heard: dict[str, list[float]]) -> None:
        for name, tones in heard.items():
            until(
                lambda name=name, tones=tones: self._hears_just(name, tones), SECONDS, f"{name} hears {tones}"
            )

    def do_gap(self, holes: dict[str, list[float]]) -> None:
        for name, (hz, most_ms) in holes.items():
            longest = longest_hole(samples(self._ear(name)), hz)
            self.figures[f"{name}'s longest hole in the talk"] = longest
            assert longest * 1000 <= most_ms, f"{name} heard a hole of {longest * 1000:.0f} ms"

    def _hears_just(self, name: str, tones: list[float]) -> bool:
        last = samples(self._ear(name))[-round(LISTEN_SECONDS * audio.RATE) :]
        return _tones_in(last) == set(tones)

    def _ear(self, name: str) -> Ear:
        if name in self.phones:
            return self.in_hand[name].ear()
        return self.parties[name].ear()

    def _filled(self, text: str) -> str:
        for name, number in self.number.items():
            if f"{{{name}}}" in text:
                text = text.replace(f"{{{name}}}", expect.call_id(self._house, number))
        return text


TONES = (450, 600, 750, 950, 1200, 1450)
"""What parties of these cases send: whole periods in 20 ms, so that none is taken for another."""
PRESENT = 0.15
"""A tone is heard, also among three, when it has this share of the power."""


def samples(ear: Ear) -> array[int]:
    """What an ear has heard so far."""
    return g711.decode(bytes(ear.sound), ear.law)


def _tones_in(part: array[int]) -> set[float]:
    """The tones that make up a good part of the sound."""
    if len(part) < LISTEN_SECONDS * audio.RATE or audio.level_db(part) < audio.QUIET_DB:
        return set()
    return {hz for hz in TONES if audio.share(part, hz) > PRESENT}


def longest_hole(heard: array[int], hz: float) -> float:
    """Seconds of the longest stretch without the tone between the first and the last time it sounds."""
    size = round(audio.WINDOW_SECONDS * audio.RATE)
    with_tone = [at for at in range(0, len(heard) - size, size) if _sounds(heard[at : at + size], hz)]
    holes = (after - before - size for before, after in pairwise(with_tone))
    return max(holes, default=0) / audio.RATE


def _sounds(part: array[int], hz: float) -> bool:
    return audio.level_db(part) > audio.QUIET_DB and audio.share(part, hz) > PRESENT
