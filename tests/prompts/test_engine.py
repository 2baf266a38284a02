"""espeak-ng and sox, the real ones."""

from __future__ import annotations

import subprocess
import wave
from pathlib import Path

import pytest

from callcenter import spoken
from callcenter.errors import HotlineError
from prompts.cache import length_ms
from prompts.engine import VOICES, EspeakEngine
from prompts.sox import ToolMissing

HOSTILE = [
    "-v en --version",
    "--stdin",
    "-",
    "; touch owned",
    "$(touch owned)",
    "`touch owned`",
    '" | touch owned; "',
    "'&& touch owned #'",
    "<speak>hello</speak>",
    "[[h@l'oU]] %s %n \\",
    "|touch owned",
]


@pytest.mark.req("IVR-5")
@pytest.mark.parametrize(
    ("text", "language"), [("您好，欢迎致电客户服务热线。", "zh"), ("Welcome to the help line.", "en")]
)
def test_speech_is_a_telephone_wav_of_about_the_right_length(tmp_path: Path, text: str, language: str):
    out = tmp_path / "out.wav"
    EspeakEngine().speak(text, language, out)
    with wave.open(str(out)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 8000)
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
    assert 1000 < length_ms(out) < 6000
    assert 20000 < max(map(abs, samples)) < 32767


def test_a_short_phrase_carries_no_pause_of_the_engine(tmp_path: Path):
    EspeakEngine().speak("一百", "zh", tmp_path / "out.wav")
    assert 300 < length_ms(tmp_path / "out.wav") < 900


@pytest.mark.parametrize("language", sorted(spoken.LANGUAGES))
def test_every_phrase_of_a_value_is_read_in_its_own_language(language: str):
    """The Chinese voice must not say the numbers of tones in English, as espeak-ng's ``cmn`` does."""
    text = "\n".join(spoken.phrases(language).values()).encode()
    command = ["espeak-ng", "-v", VOICES[language], "-b", "1", "-q", "-x", "--stdin"]
    phonemes = subprocess.run(command, input=text, capture_output=True, check=True).stdout.decode()
    assert "(en)" not in phonemes


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_ever_spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.chdir(tmp_path)
    EspeakEngine().speak(text, "en", tmp_path / "out.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["out.wav"]
    assert length_ms(tmp_path / "out.wav") >= 150


@pytest.mark.parametrize("text", ["one\ntwo", "one\rtwo", "\x00", "a\u2028b", "", "  "])
def test_text_that_is_not_a_line_is_refused(tmp_path: Path, text: str):
    with pytest.raises(HotlineError, match="not a line"):
        EspeakEngine().speak(text, "en", tmp_path / "out.wav")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_engine_is_one_clear_error_that_names_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match="apt-get install espeak-ng"):
        EspeakEngine().speak("hello", "en", tmp_path / "out.wav")


def test_a_language_without_a_voice_is_one_clear_error(tmp_path: Path):
    with pytest.raises(HotlineError, match="voice does not exist"):
        EspeakEngine().speak("hello", "xx", tmp_path / "out.wav")
