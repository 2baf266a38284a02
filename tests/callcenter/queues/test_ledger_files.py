"""The ledger's files of before, as logrotate leaves them."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from callcenter.errors import HotlineError
from callcenter.queues.ledger_files import lines
from callcenter.queues.recount import recount
from tests.callcenter.captured_calls import FOLDER

pytestmark = [pytest.mark.req("ACD-7")]
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
PACK: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def write(file: Path, content: bytes, days_ago: float = 0) -> None:
    file.write_bytes(PACK.get(file.suffix, bytes)(content))
    at = (NOON - dt.timedelta(days=days_ago)).timestamp()
    os.utime(file, (at, at))


def test_all_of_them_are_read_the_oldest_first_but_those_from_before_the_period(tmp_path: Path) -> None:
    live = tmp_path / "queue_log"
    write(live, b"today\n")
    write(tmp_path / "queue_log.1", b"yesterday\n", 1)
    write(tmp_path / "queue_log.2.gz", b"2 days ago\n", 2)
    write(tmp_path / "queue_log-20261119.bz2", b"3 days ago\n", 3)
    write(tmp_path / "queue_log.4.xz", b"4 days ago\n", 4)
    write(tmp_path / "queue_log.1.gz", b"yesterday, half of it\n", 0)
    write(tmp_path / "other_log", b"other\n")
    everything = ["4 days ago\n", "3 days ago\n", "2 days ago\n", "yesterday\n", "today\n"]
    assert list(lines(live, NOON - dt.timedelta(days=30))) == everything
    assert list(lines(live, NOON - dt.timedelta(days=1))) == everything[2:]


def test_a_captured_day_is_counted_the_same_when_it_is_compressed(tmp_path: Path) -> None:
    names = ("queue_log", "cel.csv")
    for name in names:
        write(tmp_path / f"{name}.3.gz", (FOLDER / "survey" / name).read_bytes(), 3)
    told = [lines(tmp_path / name, NOON - dt.timedelta(days=3)) for name in names]
    plain = [(FOLDER / "survey" / name).read_text().splitlines() for name in names]
    assert recount(*told) == recount(*plain) != []


def test_a_file_that_was_cut_short_is_named(tmp_path: Path) -> None:
    (tmp_path / "queue_log.1.gz").write_bytes(gzip.compress(b"1|2|3\n" * 1000)[:-20])
    with pytest.raises(HotlineError, match=r"queue_log\.1\.gz can't be read"):
        list(lines(tmp_path / "queue_log", NOON - dt.timedelta(days=30_000)))
