"""Building the sounds of a site: all of them, once, whole, and never from outside its folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import wave
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from callcenter import spoken
from callcenter.errors import HotlineError
from callcenter.prompt_index import BEEP, PromptIndex
from callcenter.site import Site
from callcenter.site.service import Agent, Prompt
from callcenter.spoken.house import WORDS
from prompts.build import Progress, build
from prompts.cache import PART, is_sound, length_ms
from prompts.engine import EspeakEngine
from prompts.sox import ToolMissing
from tests.prompts.conftest import CountingEngine

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def with_audio(site: Site, **audio: str) -> Site:
    prompt = Prompt(name="hello", text={"zh": "你好"}, audio=audio)
    return site.model_copy(update={"prompts": [prompt]})


def record(path: Path) -> None:
    """One second of a 440 Hz tone at CD quality, in the format the name asks for."""
    command = ["sox", "-n", "-r", "44100", "-c", "2", str(path), "synth", "1", "sine", "440"]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.req("IVR-5")
def test_everything_a_site_needs_is_made_once(site: Site, engine: Any, tmp_path: Path):
    seen: list[Progress] = []
    first = build(site, tmp_path, engine, beside=tmp_path, progress=seen.append)
    pieces = sum(len(spoken.phrases(language)) for language in ("zh", "en"))
    words = {(text[language], language) for text in WORDS.values() for language in ("zh", "en")}
    alike = 2 * len(WORDS) - len(words)
    assert (first.made, first.cached, first.problems) == (3 + pieces + len(words) + 4, alike, [])
    assert [one.done for one in seen] == list(range(1, first.made + first.cached + 1))
    said = len(engine.said)
    second = build(site, tmp_path, engine, beside=tmp_path)
    assert (second.made, second.cached, len(engine.said)) == (0, first.made + alike, said)
    assert second.index == first.index


class MeetingEngine(CountingEngine):
    """Two who say the same at the same time meet."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text, self._two = text, threading.Barrier(2)

    def speak(self, text: str, language: str, out: Path) -> None:
        if text == self._text:
            with suppress(threading.BrokenBarrierError):
                self._two.wait(0.5)
        super().speak(text, language, out)


def test_two_that_sound_alike_are_made_once_though_there_are_hands_for_both(site: Site, tmp_path: Path):
    prompts = [Prompt(name=name, text={"zh": "你好"}) for name in ("hello", "again")]
    engine = MeetingEngine("你好")
    built = build(site.model_copy(update={"prompts": prompts}), tmp_path, engine, beside=tmp_path)
    assert engine.said.count(("你好", "zh")) == 1
    assert built.index.find("hello", "zh") == built.index.find("again", "zh")


def test_the_index_leads_to_files_that_can_be_played(site: Site, engine: Any, folder: Path):
    index = build(site, folder, engine, beside=folder).index
    for name, language in [
        ("welcome", "zh"),
        ("welcome", "en"),
        ("zh-wan", "zh"),
        ("agent-1001", "en"),
        (BEEP, "zh"),
    ]:
        sound = index.find(name, language)
        assert sound.path.startswith("/")
        assert length_ms(Path(f"{sound.path}.wav")) == sound.ms > 0
    again = PromptIndex.from_json(json.loads(json.dumps(index.to_json())))
    assert again == index


@pytest.mark.req("IVR-4")
def test_a_missing_language_is_heard_in_another_and_a_missing_prompt_is_a_silence(
    site: Site, engine: Any, folder: Path
):
    index = build(site, folder, engine, beside=folder).index
    assert index.find("only_zh", "en") == index.find("only_zh", "zh")
    assert index.find("welcome", "en_US") == index.find("welcome", "en")
    assert index.find("welcome", "fr") == index.find("welcome", "zh")
    assert index.find("zh-wan", "en") == index.find("zh-wan", "zh")
    assert index.find("nowhere", "zh") == index.silence
    assert not index.has("only_zh", "en")


@pytest.mark.req("ACD-4")
def test_agents_are_presented_by_number_where_the_dialplan_looks(site: Site, engine: Any, folder: Path):
    more = site.model_copy(update={"agents": [*site.agents, Agent(number="1003", title="Zhao")]})
    index = build(more, folder, engine, beside=folder).index
    assert sorted(engine.said) == [
        ("Agent one zero zero three, at your service.", "en"),
        ("工号幺零零三为您服务", "zh"),
    ]
    for language in ("zh", "en"):
        for number in ("1001", "1002", "1003"):
            path = folder / "agents" / language / f"{number}.wav"
            assert is_sound(path)
            assert index.find(f"agent-{number}", language).path == str(path.with_suffix(""))


def test_a_changed_text_or_engine_makes_only_its_own_sounds_again(site: Site, engine: Any, folder: Path):
    before = build(site, folder, engine, beside=folder).index
    changed = site.model_copy(
        update={"prompts": [Prompt(name="welcome", text={"zh": "再见", "en": "Welcome."})]}
    )
    after = build(changed, folder, engine, beside=folder)
    assert after.made == 1
    assert after.index.find("welcome", "zh") != before.find("welcome", "zh")
    assert after.index.find("welcome", "en") == before.find("welcome", "en")


@pytest.mark.req("IVR-5")
@pytest.mark.parametrize("kind", ["wav", "mp3"])
def test_an_uploaded_recording_goes_before_the_text(
    site: Site, engine: Any, tmp_path: Path, folder: Path, kind: str
):
    record(tmp_path / f"hello.{kind}")
    built = build(with_audio(site, zh=f"hello.{kind}"), folder, engine, beside=tmp_path)
    assert built.problems == []
    assert built.index.find("hello", "zh").ms == pytest.approx(1000, abs=60)
    assert ("你好", "zh") not in engine.said


BAD = [
    "../secret.wav",
    "/etc/passwd",
    "link.wav",
    "missing.wav",
    "notes.txt",
    "broken.wav",
    "broken.mp3",
    ".",
]


def test_audio_from_outside_or_unreadable_is_a_problem_and_the_text_is_spoken(
    site: Site, engine: Any, tmp_path: Path, folder: Path
):
    beside = tmp_path / "site"
    beside.mkdir()
    record(tmp_path / "secret.wav")
    (beside / "link.wav").symlink_to(tmp_path / "secret.wav")
    for name in ("notes.txt", "broken.wav", "broken.mp3"):
        (beside / name).write_text("#EXTM3U\nhttp://127.0.0.1/x.mp3\n")
    # as in a site that never passed the site file's own checks
    prompts = [
        Prompt.model_construct(name=f"p{n}", text={"zh": f"你好{n}"}, audio={"zh": path})
        for n, path in enumerate(BAD)
    ]
    built = build(site.model_copy(update={"prompts": prompts}), folder, engine, beside=beside)
    assert [problem.split(": ")[0] for problem in built.problems] == [
        f"prompt p{n} (zh)" for n in range(len(BAD))
    ]
    assert sorted(engine.said) == [(f"你好{n}", "zh") for n in range(len(BAD))]
    assert all(built.index.has(prompt.name, "zh") for prompt in prompts)


def test_a_prompt_that_no_engine_can_speak_is_a_problem_and_the_rest_is_made(
    site: Site, engine: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    speak = engine.speak

    def refuse_bye(text: str, language: str, out: Path) -> None:
        if text == "Bye.":
            raise HotlineError("the engine has no breath left")
        speak(text, language, out)

    monkeypatch.setattr(engine, "speak", refuse_bye)
    changed = site.model_copy(update={"prompts": [Prompt(name="welcome", text={"zh": "再见", "en": "Bye."})]})
    built = build(changed, folder, engine, beside=folder)
    assert built.problems == ["prompt welcome (en): the engine has no breath left"]
    assert built.index.find("welcome", "en") == built.index.find("welcome", "zh")


@pytest.mark.slow
def test_without_an_engine_a_cached_site_still_builds_and_a_new_one_names_the_package(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    few = site.model_copy(update={"agents": [], "languages": ["en"]})
    built = build(few, tmp_path / "full", EspeakEngine(), beside=tmp_path, jobs=4)
    assert built.problems == []
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build(few, tmp_path / "full", EspeakEngine(), beside=tmp_path).index == built.index
    with pytest.raises(ToolMissing, match="apt-get install espeak-ng"):
        build(few, tmp_path / "empty", EspeakEngine(), beside=tmp_path)


KILLED = """
import os, signal, sys
from pathlib import Path
from callcenter.site import Site
from prompts.build import build
from prompts.engine import EspeakEngine

def die(progress):
    if progress.done == 12:
        os.kill(os.getpid(), signal.SIGKILL)

site = Site.model_validate_json(sys.stdin.read())
build(site, Path(sys.argv[1]), EspeakEngine(), beside=Path(sys.argv[1]), jobs=4, progress=die)
"""


@pytest.mark.slow
def test_a_build_killed_half_way_leaves_no_half_file(site: Site, tmp_path: Path, engine: Any):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        input=site.model_dump_json(by_alias=True).encode(),
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == -9, done.stderr.decode()
    published = [path for path in tmp_path.rglob("*.wav") if PART not in path.parts]
    assert len(published) >= 12
    for path in published:
        with wave.open(str(path)) as sound:
            assert sound.getnframes() * 2 + 44 == path.stat().st_size, path
    build(site, tmp_path, engine, beside=tmp_path)


def test_litter_of_a_crash_is_swept_when_it_is_an_hour_old(site: Site, folder: Path, engine: Any):
    build(site, folder, engine, beside=folder)
    old, new = folder / PART / "old.wav", folder / PART / "new.wav"
    for path in (old, new):
        path.write_bytes(b"RIFF")
    os.utime(old, (time.time() - 7200,) * 2)
    build(site, folder, engine, beside=folder)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_damaged_file_of_the_cache_is_made_again(site: Site, folder: Path, engine: Any):
    index = build(site, folder, engine, beside=folder).index
    path = Path(f"{index.find('welcome', 'zh').path}.wav")
    start = path.read_bytes()[:20]
    path.unlink()
    path.write_bytes(start)
    assert build(site, folder, engine, beside=folder).made == 1
    assert is_sound(path)


def test_files_can_be_read_by_the_user_asterisk_runs_as(folder: Path):
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in folder.rglob("*.wav"))


def test_there_is_music_to_wait_by(folder: Path):
    tunes = sorted((folder / "music" / "default").glob("*.wav"))
    assert len(tunes) == 2
    assert all(30_000 < length_ms(tune) < 60_000 for tune in tunes)
    sox = shutil.which("sox") or "sox"
    stat = subprocess.run([sox, str(tunes[0]), "-n", "stat"], capture_output=True, check=True).stderr.decode()
    loudest = float(stat.split("Maximum amplitude:")[1].split()[0])
    assert 0.2 < loudest < 0.4
