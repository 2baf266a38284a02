"""Facts reach the disk at once and survive what may happen to the process, the disk and its neighbours."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from callcenter.journal import HELD_IN_MEMORY, Journal

PUT_FOREVER = """
import itertools, sys
from pathlib import Path
from callcenter.journal import Journal
journal = Journal(Path(sys.argv[1]), "agi")
for number in itertools.count():
    journal.put("step", "call", {"number": number})
    print(number, flush=True)
"""


def taken(journal: Journal) -> list[int]:
    """The numbers of all facts that are ready, which are then done."""
    found = []
    for segment in journal.segments():
        found += [int(str(fact["number"])) for fact in journal.read(segment)]
        journal.done(segment)
    return found


def put(journal: Journal, *numbers: int) -> None:
    for number in numbers:
        journal.put("step", "call", {"number": number})


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """As a full disk: no file of this process grows beyond ``size`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_facts_come_back_in_order_and_only_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "agi")
    put(journal, 1, 2)
    assert taken(journal) == [1, 2]
    put(journal, 3)
    assert taken(journal) == [3]
    assert taken(journal) == []


def test_a_quiet_journal_makes_no_files(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "agi")
    for _ in range(3):
        assert taken(journal) == []
    journal.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.req("P2")
def test_a_process_killed_in_mid_writing_loses_nothing_it_had_put(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PUT_FOREVER, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path.cwd()
    )
    assert process.stdout is not None
    for _ in range(200):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    said = [*range(200), *(int(line) for line in process.stdout.read().split())]
    process.wait()
    process.stdout.close()
    found = taken(Journal(tmp_path, "agi"))
    assert found == list(range(len(found)))
    assert len(found) >= len(said)


def test_a_segment_that_is_being_written_is_nobody_elses(tmp_path: Path) -> None:
    one, other = Journal(tmp_path, "agi"), Journal(tmp_path, "agi")
    put(one, 1)
    assert taken(other) == []
    assert taken(one) == [1]


def test_a_segment_that_another_process_is_storing_is_passed_over(tmp_path: Path) -> None:
    one, other = Journal(tmp_path, "agi"), Journal(tmp_path, "agi")
    put(one, 1)
    storing = one.segments()
    segment = next(storing)
    assert taken(other) == []
    one.done(segment)
    storing.close()
    assert taken(other) == []


def test_a_segment_stored_and_removed_between_two_looks_is_no_fault(tmp_path: Path) -> None:
    one, other = Journal(tmp_path, "agi"), Journal(tmp_path, "agi")
    put(one, 1)
    one.close()
    put(one, 2)
    slow = other.segments()
    next(slow)
    assert taken(one) == [2]
    assert list(slow) == []


def test_a_process_with_the_id_of_a_dead_one_overwrites_nothing(tmp_path: Path) -> None:
    put(Journal(tmp_path, "agi"), 1)
    put(Journal(tmp_path, "agi"), 2)
    assert len(list(tmp_path.glob("*.jsonl"))) == 2


def test_a_line_torn_by_a_crash_costs_only_itself(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "agi")
    put(journal, 1, 2)
    journal.close()
    [segment] = tmp_path.glob("*.jsonl")
    segment.write_bytes(segment.read_bytes()[:-5])
    put(journal, 3)
    assert taken(journal) == [1, 3]


def test_a_full_disk_is_logged_once_and_the_facts_wait(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "agi")
    with capture_logs() as logged:
        with files_no_larger_than(100):
            put(journal, *range(50))
        put(journal, 50)
    assert taken(journal) == list(range(51))
    assert [entry["event"] for entry in logged] == ["journal.refused", "journal.accepted"]


def test_a_disk_that_stays_full_lets_the_oldest_facts_go_and_counts_them(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "agi")
    with capture_logs(), files_no_larger_than(0):
        put(journal, *range(HELD_IN_MEMORY + 3))
    assert journal.lost == 3
    assert taken(journal) == list(range(3, HELD_IN_MEMORY + 3))


def test_storing_frees_a_disk_on_which_no_new_segment_can_be_opened(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "agi")
    put(journal, 1)
    segments = journal.segments()
    segment = next(segments)
    tmp_path.rename(tmp_path.with_name("away"))
    put(journal, 2)
    tmp_path.with_name("away").rename(tmp_path)
    assert [fact["number"] for fact in journal.read(segment)] == [1]
    segments.close()
    assert taken(journal) == [1, 2]


def test_a_thread_that_stores_never_meets_one_that_puts(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "agi")
    found: list[int] = []
    ended = threading.Event()

    def store() -> None:
        while not ended.is_set():
            found.extend(taken(journal))

    storing = threading.Thread(target=store)
    storing.start()
    put(journal, *range(5000))
    ended.set()
    storing.join()
    assert found + taken(journal) == list(range(5000))


def test_no_value_makes_put_raise(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "agi")
    journal.put("step", "call", {"number": 1, "reason": "\ud800", "heard": ("a",), "odd": Path("x")})
    [segment] = journal.segments()
    [fact] = journal.read(segment)
    assert fact["reason"] == "?"
    assert fact["heard"] == ["a"]


def test_other_programs_see_by_the_lock_that_a_segment_is_being_written(tmp_path: Path) -> None:
    put(journal := Journal(tmp_path, "agi"), 1)
    [segment] = tmp_path.glob("*.jsonl")
    fd = os.open(segment, os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(fd)
    journal.close()


def test_what_is_not_a_fact_is_passed_over(tmp_path: Path) -> None:
    segment: Any = tmp_path / "x.jsonl"
    segment.write_bytes(b'5\n[]\n"a"\n\n{"number": 1}\n')
    assert Journal.read(segment) == [{"number": 1}]
