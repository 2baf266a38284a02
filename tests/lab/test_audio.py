"""What the analysis says of sound whose content is known; G.711 against sox as an independent coder."""

from __future__ import annotations

import subprocess
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab import audio, g711
from lab.g711 import Law

SAMPLES = st.lists(st.integers(-32768, 32767), max_size=400)
SILENCE = array("h", [0] * 800)


@given(hz=st.integers(200, 3400), level=st.floats(-40, -1))
def test_a_tone_is_found_at_its_frequency_and_level(hz: int, level: float) -> None:
    made = audio.tone(hz, 0.2, level_db=level)
    assert {window.tone for window in audio.windows(made, [hz])} == {hz}
    assert audio.level_db(made) == pytest.approx(level, abs=0.5)


@given(hz=st.integers(300, 3000), other=st.integers(300, 3000))
def test_a_tone_is_not_taken_for_another_a_hundred_hertz_away(hz: int, other: int) -> None:
    if abs(hz - other) >= 100:
        assert audio.span(audio.tone(hz, 0.2), other) is None


@given(before=st.integers(0, 30), during=st.integers(2, 30), after=st.integers(0, 30))
def test_a_tones_first_and_last_moment_are_found_within_a_window(
    before: int, during: int, after: int
) -> None:
    gap = audio.WINDOW_SECONDS
    sound = SILENCE[:160] * before + audio.tone(950, during * gap) + SILENCE[:160] * after
    found = audio.span(sound, 950)
    assert found == (pytest.approx(before * gap), pytest.approx((before + during) * gap))


def test_two_tones_at_once_are_neither_alone() -> None:
    mixed = array("h", map(sum, zip(audio.tone(440, 0.2), audio.tone(950, 0.2), strict=True)))
    assert {window.tone for window in audio.windows(mixed, [440, 950])} == {None}
    assert audio.share(mixed[:160], 440) == pytest.approx(0.5, abs=0.1)


def test_silence_has_no_tone_and_no_level() -> None:
    assert audio.span(SILENCE, 440) is None
    assert audio.level_db(SILENCE) == -120


@given(left=SAMPLES, right=SAMPLES)
def test_a_wav_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, left: list[int], right: list[int]
) -> None:
    size = min(len(left), len(right))
    sound = audio.Sound(8000, (array("h", left[:size]), array("h", right[:size])))
    path = tmp_path_factory.mktemp("wav") / "two.wav"
    audio.write_wav(path, sound)
    assert audio.read_wav(path) == sound


def test_a_cut_raw_file_is_read_up_to_its_last_whole_sample(tmp_path: Path) -> None:
    path = tmp_path / "cut.sln"
    path.write_bytes(b"\x01\x00\x02\x00\x03")
    assert audio.read_raw(path, channels=2).channels == (array("h", [1]), array("h", [2]))


@pytest.mark.parametrize(("law", "sox_name"), [("alaw", "al"), ("ulaw", "ul")])
def test_g711_decodes_every_word_as_sox_does(law: Law, sox_name: str) -> None:
    words = bytes(range(256))
    assert g711.decode(words, law) == array("h", _sox(words, [sox_name], ["s16", "-L"]))


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_g711_stays_within_half_a_step(law: Law) -> None:
    samples = range(-32768, 32768)
    again = g711.decode(g711.encode(samples, law), law)
    for sample, heard in zip(samples, again, strict=True):
        assert abs(sample - heard) <= max(16, (abs(sample) + 132) / 32, abs(sample) - 32124)


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_g711_decoding_then_encoding_gives_the_same_sound(law: Law) -> None:
    sound = g711.decode(bytes(range(256)), law)
    assert g711.decode(g711.encode(sound, law), law) == sound


def _sox(data: bytes, kind: list[str], to: list[str]) -> bytes:
    form = ["-r", "8000", "-c", "1"]
    command = ["sox", "-D", *form, "-t", *kind, "-", *form, "-t", to[0], *to[1:], "-"]
    return subprocess.run(command, input=data, capture_output=True, check=True, timeout=10).stdout
