"""Sound and keys between the sockets of phones that share one thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from lab.media import Media, Speech
from tests.e2e.until import until

IP = "127.0.0.1"
SECONDS = 10.0
ENOUGH = 1600
"""Two tenths of a second of sound."""


@pytest.fixture
def open_media() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def started(stack: ExitStack, speech: Speech, *, hears: bool = True) -> Media:
    media = Media(IP, 2, speech, hears=hears)
    media.start()
    stack.callback(media.close)
    return media


def connect(one: Media, other: Media, call: int = 1) -> None:
    """A call of this number between the two."""
    here, there = one.ports[call - 1], other.ports[call - 1]
    one.answered(call, here, (IP, there))
    other.answered(call, there, (IP, here))


def test_each_call_presses_its_own_keys(open_media: ExitStack) -> None:
    presses = started(open_media, Speech(keys_of=[[(0.0, "1")], [(0.1, "2"), (0.3, "#")]]))
    hears = started(open_media, Speech())
    for call in (1, 2):
        connect(presses, hears, call)
    until(lambda: [hears.ear(call).keys for call in (1, 2)] == [["1"], ["2", "#"]], SECONDS, "all keys")


def test_who_is_deaf_talks_and_keeps_nothing(open_media: ExitStack) -> None:
    deaf, hears = started(open_media, Speech(hz=440), hears=False), started(open_media, Speech(hz=950))
    connect(deaf, hears)
    until(lambda: len(hears.ear(1).sound) >= ENOUGH, SECONDS, "two tenths of a second")
    assert not deaf.ear(1).sound


def test_others_go_on_when_one_is_closed(open_media: ExitStack) -> None:
    one, other = started(open_media, Speech()), started(open_media, Speech())
    gone = Media(IP, 1, Speech())
    gone.start()
    connect(one, gone)
    connect(one, other, call=2)
    gone.close()
    heard = len(other.ear(2).sound)
    until(lambda: len(other.ear(2).sound) >= heard + ENOUGH, SECONDS, "two tenths of a second more")


def test_what_was_never_started_can_be_closed() -> None:
    Media(IP, 1, Speech()).close()
