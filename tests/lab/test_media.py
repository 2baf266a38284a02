"""Sound and keys between the sockets of phones that share one process."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from subprocess import PIPE

import pytest

from callcenter.errors import HotlineError
from lab import processes
from lab.media import Media
from lab.speech import Speech
from tests.e2e.until import until

IP = "127.0.0.1"
SECONDS = 10.0
USER = """
from pathlib import Path
from lab import processes
from lab.media import Media
from lab.speech import Speech
Media("127.0.0.1", 1, Speech()).start()
print(Path("/proc/thread-self/children").read_text(), flush=True)
input()
"""
USERS = """
import threading
from pathlib import Path
from lab.media import Media
from lab.speech import Speech
phones = [Media("127.0.0.1", 1, Speech()) for _ in range(8)]
threads = [threading.Thread(target=phone.start) for phone in phones]
for thread in threads: thread.start()
for thread in threads: thread.join()
for phone in phones: phone.close()
print(*(task.read_text() for task in Path("/proc/self/task").glob("*/children")))
"""
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


def test_phones_that_start_at_once_share_one_process() -> None:
    told = subprocess.run([sys.executable, "-c", USERS], capture_output=True, text=True, check=True).stdout
    assert len(told.split()) == 1


def test_a_phone_that_raises_ends_alone(open_media: ExitStack) -> None:
    one, other = started(open_media, Speech()), started(open_media, Speech())
    faulty = Media(IP, 1, Speech())
    faulty.start()
    faulty.answered(1, faulty.ports[0], (IP, 1 << 16))  # no socket takes such a port
    with pytest.raises(HotlineError, match="ended"):
        until(lambda: faulty.ear(1).sound, SECONDS, "its end")
    with pytest.raises(HotlineError, match="ended"):
        faulty.close()
    connect(one, other)
    until(lambda: len(other.ear(1).sound) >= ENOUGH, SECONDS, "two tenths of a second")


def test_what_was_never_started_can_be_closed() -> None:
    Media(IP, 1, Speech()).close()


def test_sound_waits_for_no_thread_that_holds_pythons_lock(open_media: ExitStack) -> None:
    one, other = started(open_media, Speech(hz=440)), started(open_media, Speech(hz=950))
    connect(one, other)
    until(lambda: other.ear(1).sound, SECONDS, "a word")
    began = time.monotonic()
    ctypes.PyDLL(None).usleep(500_000)  # does not let go of the lock, as what goes through CDLL does
    ended = time.monotonic()
    ear = other.ear(1)
    meanwhile = [at for _, at in ear.arrivals if began < ear.since + at < ended]
    assert len(meanwhile) > 15


def test_the_process_that_makes_the_sound_ends_with_its_user() -> None:
    with subprocess.Popen([sys.executable, "-c", USER], stdin=PIPE, stdout=PIPE) as user:
        assert user.stdout
        sound = int(user.stdout.readline())
        assert processes.is_running(sound)
        user.kill()
    until(lambda: not processes.is_running(sound), SECONDS, "its end")
