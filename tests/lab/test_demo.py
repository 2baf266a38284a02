"""What the demo is played on, and that it does not believe what is not there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callcenter.calendar import state_at
from callcenter.settings import Settings
from callcenter.site_file.document import load
from lab import audio, g711
from lab.demo import place
from lab.demo.evidence import tones
from lab.demo.hearing import seconds_heard
from lab.demo.office_hours import with_office
from lab.ready import SAMPLE

NOW = dt.datetime(2026, 10, 1, 15, 30, tzinfo=dt.UTC)
"""A national holiday, half an hour before midnight in Shanghai."""


@pytest.mark.parametrize(("is_open", "state"), [(True, "open"), (False, "holiday")])
@pytest.mark.parametrize("later", [dt.timedelta(0), dt.timedelta(hours=1)])
def test_the_office_is_as_wished_even_when_midnight_passes(
    is_open: bool, state: str, later: dt.timedelta
) -> None:
    site = with_office(load(SAMPLE), NOW, is_open=is_open)
    office = next(calendar for calendar in site.calendars if calendar.name == "office")
    assert state_at(office, (NOW + later).astimezone(ZoneInfo(site.timezone))).name == state


def test_a_prompt_counts_as_heard_as_far_as_the_ear_holds_it(tmp_path: Path) -> None:
    words = audio.tone(300, 1.0)
    words[4000:8000] = audio.tone(523, 0.5)
    prompt = tmp_path / "prompt.wav"
    audio.write_wav(prompt, audio.Sound(8000, (words,)))
    silence = g711.SILENCE["alaw"] * 1234
    assert seconds_heard(silence + g711.encode(words, "alaw"), prompt) == 1.0
    assert seconds_heard(silence + g711.encode(words[:4000], "alaw"), prompt) == 0.5
    assert seconds_heard(g711.encode(audio.tone(440, 1.0), "alaw"), prompt) == 0.0
    assert seconds_heard(b"", prompt) == 0.0


def test_a_recording_with_its_sides_swapped_is_noticed(tmp_path: Path) -> None:
    caller, agent = audio.tone(440, 1.0), audio.tone(950, 1.0)
    right, wrong = tmp_path / "right.wav", tmp_path / "wrong.wav"
    audio.write_wav(right, audio.Sound(8000, (caller, agent)))
    audio.write_wav(wrong, audio.Sound(8000, (agent, caller)))
    found, swapped = tones(right), tones(wrong)
    assert found is not None
    assert (found.caller_left, found.agent_right, found.strays) == (1.0, 1.0, 0.0)
    assert swapped is not None
    assert (swapped.caller_left, swapped.agent_right, swapped.strays) == (0.0, 0.0, 2.0)
    assert tones(tmp_path / "missing.wav") is None


def test_the_demo_has_a_home_and_ports_of_its_own(tmp_path: Path) -> None:
    usual = Settings(home=tmp_path, ami_port=12345, database_url="postgresql://elsewhere/hotline")
    own = place.settings(usual)
    assert own.folder == tmp_path / "demo"
    assert own.url == f"sqlite:///{tmp_path}/demo/database/hotline.db"
    assert own.sip_port != usual.sip_port
    assert own.ami_port == 12345
