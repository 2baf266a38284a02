"""A raw part becomes a wav that any player opens, whole or not at all."""

from __future__ import annotations

import array
import errno
import hashlib
import os
import resource
import wave
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings import sound

pytestmark = [pytest.mark.req("REC-1", "REC-4", "P4")]


def part(folder: Path, ms: int, extra: bytes = b"") -> Path:
    path = folder / "part.sln"
    path.write_bytes(array.array("h", [1, 2] * (8 * ms)).tobytes() + extra)
    return path


def test_the_caller_is_left_and_the_agent_right(tmp_path: Path) -> None:
    done = sound.finish(part(tmp_path, 2500), tmp_path / "day" / "x.wav")
    with wave.open(str(done.path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        samples = array.array("h", file.readframes(file.getnframes()))
    assert set(samples[0::2]) == {2}
    assert set(samples[1::2]) == {1}
    assert done.duration_ms == 2500
    assert done.sha256 == hashlib.sha256(done.path.read_bytes()).hexdigest()
    assert done.size == done.path.stat().st_size


@pytest.mark.parametrize("extra", [b"", b"\1", b"\1\2\3"])
def test_a_torn_last_frame_is_left_out(extra: bytes, tmp_path: Path) -> None:
    """What a killed Asterisk leaves ends anywhere."""
    torn = part(tmp_path, 100, extra)
    assert sound.frames(torn) == 800
    assert sound.finish(torn, tmp_path / "x.wav").duration_ms == 100


def test_a_part_larger_than_one_chunk_keeps_every_frame(tmp_path: Path) -> None:
    assert sound.finish(part(tmp_path, 20_001), tmp_path / "x.wav").duration_ms == 20_001


def test_a_target_that_is_there_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"an older try")
    assert sound.finish(part(tmp_path, 100), tmp_path / "x.wav").duration_ms == 100


def test_a_full_disk_leaves_the_part_and_no_half_file(tmp_path: Path) -> None:
    source = part(tmp_path, 1000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            sound.finish(source, tmp_path / "day" / "x.wav")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert source.exists()
    assert list((tmp_path / "day").iterdir()) == []


@pytest.mark.parametrize("wrong", [b"", b"RIFF", b"not a sound at all, though long enough to be one" * 3])
def test_what_no_player_opens_is_no_recording(wrong: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wrong)
    with pytest.raises((EOFError, wave.Error)):
        sound.probe(path)


def test_a_file_cut_short_behind_its_header_is_no_recording(tmp_path: Path) -> None:
    done = sound.finish(part(tmp_path, 1000), tmp_path / "x.wav")
    done.path.write_bytes(done.path.read_bytes()[:-100])
    with pytest.raises(EOFError):
        sound.probe(done.path)


def counted(folder: Path, ms: int) -> Path:
    """A part whose every millisecond says on the agent's side which it is."""
    path = folder / "part.sln"
    path.write_bytes(
        array.array("h", [word for at in range(ms) for _ in range(8) for word in (at, 0)]).tobytes()
    )
    return path


PIECES = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)).map(sorted).map(tuple), max_size=4)


@pytest.mark.req("CALL-1", "REC-1")
@given(pieces=PIECES)
@settings(deadline=None)
def test_what_the_caller_did_not_hear_is_left_out_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("sound")
    done = sound.finish(counted(folder, 900), folder / "x.wav", without=pieces)
    with wave.open(str(done.path)) as file:
        right = array.array("h", file.readframes(file.getnframes()))[1::16]
    assert list(right) == [at for at in range(900) if not any(start <= at < end for start, end in pieces)]
