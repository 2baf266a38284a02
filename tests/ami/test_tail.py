"""Every line of a ledger is given exactly once, whatever becomes of the file and of its reader."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ami.tail import Position, Tail


class Ledger:
    """A file that Asterisk writes and logrotate turns over."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ledger"
        self.path.touch()
        self.written: list[bytes] = []
        self._clock = 1_000_000_000
        self._tick()

    def write(self, whole: int = 1) -> None:
        """Lines of various length."""
        lines = [b"%d" % (len(self.written) + n) * (1 + n) for n in range(whole)]
        self.written += lines
        with self.path.open("ab") as file:
            file.write(b"".join(line + b"\n" for line in lines))
        self._tick()

    def rotate(self) -> None:
        """As logrotate does: .1 becomes .2, the live one .1, and a new one begins."""
        for number in range(8, 0, -1):
            older = self.path.with_name(f"ledger.{number}")
            if older.exists():
                older.rename(self.path.with_name(f"ledger.{number + 1}"))
        self.path.rename(self.path.with_name("ledger.1"))
        self.path.touch()
        self._tick()

    def _tick(self) -> None:
        self._clock += 1_000_000_000
        os.utime(self.path, ns=(self._clock, self._clock))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path)


def test_lines_are_given_once_they_are_whole(ledger: Ledger) -> None:
    tail = Tail(ledger.path)
    ledger.path.write_bytes(b"one\ntw")
    assert list(tail.read()) == [b"one"]
    with ledger.path.open("ab") as file:
        file.write(b"o\nthree\n")
    assert list(tail.read()) == [b"two", b"three"]
    assert list(tail.read()) == []


def test_a_file_that_is_not_there_yet_gives_nothing(tmp_path: Path) -> None:
    tail = Tail(tmp_path / "later")
    assert list(tail.read()) == []
    (tmp_path / "later").write_bytes(b"here\n")
    assert list(tail.read()) == [b"here"]


def test_a_truncated_file_is_read_from_its_beginning(ledger: Ledger) -> None:
    tail = Tail(ledger.path)
    ledger.path.write_bytes(b"one\ntwo\n")
    list(tail.read())
    ledger.path.write_bytes(b"new\n")
    assert list(tail.read()) == [b"new"]


@pytest.mark.req("P2")
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_file_rotated_several_times_is_read_to_its_end_with_those_after_it(
    ledger: Ledger, times: int
) -> None:
    tail = Tail(ledger.path)
    ledger.write(whole=3)
    assert len(list(islice(tail.read(), 2))) == 2
    place = tail.position
    for _ in range(times):
        ledger.rotate()
        ledger.write(whole=2)
    assert list(Tail(ledger.path, place).read()) == ledger.written[2:]
    assert list(tail.read()) == ledger.written[2:]


def test_between_the_two_steps_of_a_rotation_nothing_is_lost(ledger: Ledger) -> None:
    tail = Tail(ledger.path)
    ledger.write()
    list(tail.read())
    ledger.write()
    ledger.path.rename(ledger.path.with_name("ledger.1"))
    assert list(tail.read()) == ledger.written[1:]
    ledger.path.write_bytes(b"after\n")
    assert list(tail.read()) == [b"after"]


def test_a_replaced_file_whose_old_one_is_gone_is_read_from_its_beginning(ledger: Ledger) -> None:
    ledger.write(whole=3)
    tail = Tail(ledger.path, Position(inode=1, offset=2))
    assert list(tail.read()) == ledger.written


STEPS = st.lists(st.sampled_from(["write", "rotate", "read", "peek", "kill"]), max_size=40)


@pytest.mark.req("P2")
@settings(max_examples=2 * settings().max_examples, deadline=None)
@given(steps=STEPS)
def test_whatever_happens_no_line_is_lost_or_given_twice(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("tail"))
    tail = Tail(ledger.path)
    given_lines = list(tail.read())
    for step in [*steps, "read"]:
        if step == "write":
            ledger.write(whole=3)
        elif step == "rotate":
            ledger.rotate()
        elif step == "kill":
            tail = Tail(ledger.path, tail.position)
        else:
            given_lines += list(islice(tail.read(), None if step == "read" else 2))
    assert given_lines == ledger.written
