"""What agents do with a call in hand, at softphones.

Under ``phones``, agent: ``tone_hz``. Numbers are dialled as written.

``rings: AGENT``             wait until the agent's phone rings once more; this call is in hand now
``pick_up: AGENT``           wait for that and answer
``refuse: AGENT``            wait for that and say busy
``hold|resume: AGENT``       the call in hand
``refer: {AGENT: number}``   pass it on blind
``consult: {AGENT: number}`` ring somebody beside it
``consulted: AGENT``         wait until that one has answered
``let_go: AGENT``            wait until the server has ended that one
``overhears: {AGENT: [hz]}`` like ``listens``, in that one
``join: AGENT``              pass the call on to who is consulted
``hang_up: AGENT``           end the call in hand; ``hangs_up``: the consultation
``over: AGENT``              wait until the call in hand is over
``talk: seconds``            what they say takes so long
``meanwhile: words``         a command that goes on while the case does
``finished: words``          wait until the commands that begin with these words have succeeded
``fallen: [words, why]``     wait until they have failed with this word in their message
``command: words``           a command; ``{NAME}`` is the id of that caller's call
``fails: [words, why]``      a command that must fail with this word in its message
``prints: [words, pieces…]`` wait until a command prints a line with these pieces, where other words may lie between
``listens: {NAME: [hz]}``    wait until NAME hears each tone, and only those, in the next half second
``credited: {NAME: {AGENT: hz}}``  talk and recordings hold as much of each agent, or trunk, as NAME has heard;
                             ``[hz, s]``: within so many seconds, where each move back costs some tenths
``gap: {NAME: [ms, hz, …]}`` NAME has heard one of the tones all the time since the first ``listens``, or for no more;
                             where the machine was late for no more than LATE_GAP_SECONDS
"""

from __future__ import annotations

import re
import time
from array import array
from concurrent.futures import Future
from contextlib import ExitStack
from typing import Any

from lab import audio, g711
from lab.phone_call import PhoneCall
from lab.rtp import Ear
from lab.scenario import Login
from lab.sipp_run import Run
from lab.softphone import Softphone
from tests.e2e import expect, expect_hands, gaps
from tests.e2e.console import Said
from tests.e2e.house import House
from tests.e2e.lateness import Lateness
from tests.e2e.telephony_site import seat_of
from tests.e2e.until import until

PHONES_IP = "127.0.0.22"
SECONDS = 30.0
LISTEN_SECONDS = 0.5
LATE_GAP_SECONDS = 0.3


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
    listened: dict[str, int]
    commands: list[tuple[str, Future[Said]]]
    lateness: Lateness

    def take_up_phones(self, phones: dict[str, dict[str, Any]], stack: ExitStack) -> None:
        """Sign every agent's softphone in, and the agent at it."""
        self.phones, self.in_hand, self.consulting, self.listened = {}, {}, {}, {}
        self.commands, self.lateness = [], stack.enter_context(Lateness())
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

    def do_let_go(self, agent: str) -> None:
        self.consulting[agent].wait("over", SECONDS)

    def do_overhears(self, heard: dict[str, list[float]]) -> None:
        for agent, tones in heard.items():
            ear = self.consulting[agent].ear
            until(
                lambda ear=ear, tones=tones: _just(samples(ear()), tones), SECONDS, f"{agent} hears {tones}"
            )

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

    def do_command(self, words: str) -> None:
        self._house.run(*self._filled(words).split())

    def do_meanwhile(self, words: str) -> None:
        filled = self._filled(words)
        self.commands.append((filled, self._house.meanwhile(*filled.split())))

    def do_finished(self, words: str) -> None:
        for command, said in [one for one in self.commands if one[0].startswith(words)]:
            code, output, error = said.result(SECONDS)
            assert code == 0, f"hotline {command}: {output}{error}"
            self.commands.remove((command, said))

    def do_fallen(self, told: list[str]) -> None:
        words, why = told
        for command, said in [one for one in self.commands if one[0].startswith(words)]:
            code, output, error = said.result(SECONDS)
            assert code != 0 and why in error, f"hotline {command}: {output}{error}"
            self.commands.remove((command, said))

    def do_fails(self, told: list[str]) -> None:
        words, why = told
        said = self._house.refused(*self._filled(words).split())
        assert why in said, said

    def do_prints(self, told: list[str]) -> None:
        words, *pieces = [self._filled(piece) for piece in told]
        wanted = re.compile(".*".join(re.escape(piece) for piece in pieces))
        until(
            lambda: wanted.search(self._house.run(*words.split())),
            SECONDS,
            f"hotline {words} prints {pieces}",
        )

    def do_listens(self, heard: dict[str, list[float]]) -> None:
        for name, tones in heard.items():
            until(
                lambda name=name, tones=tones: self._hears_just(name, tones), SECONDS, f"{name} hears {tones}"
            )

    def do_gap(self, holes: dict[str, list[float]]) -> None:
        for name, (most_ms, *tones) in holes.items():
            found = gaps.gaps(self._ear(name), tones, self.listened[name])
            kept = gaps.longest(gaps.in_time(found, self.lateness))
            self.figures |= {f"{name}'s longest gap": gaps.longest(found), f"{name}'s gap, in time": kept}
            assert kept * 1000 <= most_ms, f"{name} heard a gap of {kept * 1000:.0f} ms"
            assert gaps.longest(found) <= LATE_GAP_SECONDS, (
                f"{name} heard nobody for {gaps.longest(found):.2f} s"
            )

    def do_credited(self, heard: dict[str, dict[str, float | list[float]]]) -> None:
        for name, tones in heard.items():
            ear, call_id = samples(self._ear(name)), expect.call_id(self._house, self.number[name])
            for agent, told in tones.items():
                hz, near = told if isinstance(told, list) else (told, expect_hands.NEAR_SECONDS)
                seconds = expect_hands.sounding(ear, hz)
                self.figures[f"{name} heard {agent}"] = seconds
                assert seconds, f"{name} never heard {agent}"
                expect_hands.credited(self._house, call_id, agent, seconds, near)
                held = expect_hands.held(self._house, call_id, agent)
                expect_hands.recorded(self._house, call_id, hz, seconds, held, near)

    def _hears_just(self, name: str, tones: list[float]) -> bool:
        heard = samples(self._ear(name))
        if found := _just(heard, tones):
            self.listened.setdefault(name, len(heard))
        return found

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


def samples(ear: Ear) -> array[int]:
    """What an ear has heard so far."""
    return g711.decode(bytes(ear.sound), ear.law)


def _just(heard: array[int], tones: list[float]) -> bool:
    """Whether these tones and no others are in the last half second."""
    return _tones_in(heard[-round(LISTEN_SECONDS * audio.RATE) :]) == set(tones)


def _tones_in(part: array[int]) -> set[float]:
    """The tones that make up a good part of the sound."""
    enough = len(part) >= LISTEN_SECONDS * audio.RATE
    return {hz for hz in TONES if enough and expect_hands.is_in(part, hz)}
