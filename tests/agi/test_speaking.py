"""What the walk wants heard becomes the fewest verbs, each with the dead-man's timer set for as long as it lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agi.speaking import MARGIN_SECONDS, Voice
from callcenter.flow.dialogue import Collect, Hear
from tests.agi.conftest import House, Serve
from tests.agi.flows import INDEX, Caller

pytestmark = [pytest.mark.req("IVR-1")]


@pytest.fixture
def spoken(serving: Serve) -> Callable[..., tuple[Any, list[str]]]:
    """``spoken(what, keys)`` gives what ``what(voice)`` came to, and the verbs it took."""

    def speak(what: Callable[[Voice], Any], *keys: str, answered: bool = True) -> tuple[Any, list[str]]:
        given: list[Any] = []
        caller = Caller(keys)

        async def listen(house: House) -> None:
            await caller.talk(await house.call())

        serving(lambda call: given.append(what(Voice(call, INDEX, answered))), listen)
        return given[0], caller.verbs

    return speak


Spoken = Callable[..., tuple[Any, list[str]]]
HELLO = ("hello", "menu")


def timer(seconds: float) -> str:
    return f'SET VARIABLE "TIMEOUT(absolute)" "{seconds + MARGIN_SECONDS:.1f}"'


def test_a_menu_is_cut_by_any_key_and_then_waits(spoken: Spoken) -> None:
    key, verbs = spoken(lambda voice: voice.hear(Hear(HELLO, "zh", "12", True, 5)), "", "2")
    assert key == "2"
    assert verbs == [
        timer(2 + 5),
        'EXEC Background "/p/zh/hello"',
        'GET OPTION "/p/zh/menu" "0123456789*#" 5000',
    ]


def test_a_key_in_the_first_prompt_ends_the_others(spoken: Spoken) -> None:
    key, verbs = spoken(lambda voice: voice.hear(Hear(HELLO, "zh", "12", True, 5)), "1")
    assert (key, len(verbs)) == ("1", 2)


def test_silence_is_none(spoken: Spoken) -> None:
    assert spoken(lambda voice: voice.hear(Hear(HELLO, "zh", "12", True, 5)))[0] is None
    assert spoken(lambda voice: voice.collect(Collect(HELLO, "zh", 1, 4, 5, False)))[0] is None


def test_what_must_be_heard_is_one_verb(spoken: Spoken) -> None:
    key, verbs = spoken(lambda voice: voice.hear(Hear(HELLO, "en")))
    assert key is None
    assert verbs == [timer(2), 'EXEC Playback "/p/en/hello&/p/en/menu"']


@pytest.mark.parametrize(
    ("typed", "more", "meant"),
    [("", "1234", "1234"), ("1", "234", "1234"), ("", "", None), ("12", "", "12"), ("1234", "9", "1234")],
)
def test_digits_typed_before_are_the_first(typed: str, more: str, meant: str | None, spoken: Spoken) -> None:
    got, _ = spoken(lambda voice: voice.collect(Collect(HELLO, "zh", 1, 4, 5, False, typed)), more)
    assert got == meant


def test_only_before_a_question_the_call_has_to_be_answered(spoken: Spoken) -> None:
    """Playback and Background answer it themselves, the verbs of AGI do not."""
    menu = Hear(HELLO[1:], "zh", "12", True, 5)
    asked = spoken(lambda voice: (voice.hear(menu), voice.hear(menu)), answered=False)[1]
    played = spoken(lambda voice: (voice.play(HELLO, "zh"), voice.hear(menu)), answered=False)[1]
    assert asked.count("ANSWER") == 1
    assert asked.index("ANSWER") < asked.index('GET OPTION "/p/zh/menu" "0123456789*#" 5000')
    assert "ANSWER" not in played


def test_a_language_that_is_missing_is_spoken_in_another_and_a_missing_prompt_is_silence(
    spoken: Spoken,
) -> None:
    _, verbs = spoken(lambda voice: voice.play(["hello", "unknown"], "fr"))
    assert '"/p/zh/hello&/p/silence"' in verbs[-1]


def test_nothing_to_play_is_no_verb(spoken: Spoken) -> None:
    assert spoken(lambda voice: voice.play([], "zh"))[1] == []
