"""A wav becomes what the site wants, and nothing is lost whenever the process is killed."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import SessionTransaction
from structlog.testing import capture_logs

from lab import audio
from recordings import conversion, sound
from recordings.conversion import Converter
from recordings.integrity import audit
from recordings.retention import delete
from tests.callcenter.flow_sites import QUEUE, flow, site
from tests.recordings.spool import AT, Spool

pytestmark = [pytest.mark.req("REC-4"), pytest.mark.slow]
LEG = "leg.1"


def recorded(spool: Spool, **rule: Any) -> Path:
    """Three seconds: the caller at 440 Hz, the agent at 950."""
    spool.policy.site = site(flow({"start": QUEUE}), recording=rule)
    part = spool.record(LEG, 0)
    caller, agent = audio.tone(440, 3), audio.tone(950, 3)
    mixed = bytearray()
    for one, other in zip(agent, caller, strict=True):
        mixed += one.to_bytes(2, "little", signed=True) + other.to_bytes(2, "little", signed=True)
    part.write_bytes(mixed)
    with capture_logs():
        asyncio.run(spool.capture.finish(spool.talked(LEG, 3000)))
    return spool.recordings / str(spool.rows()[0].path)


def convert(spool: Spool) -> list[str]:
    with capture_logs() as logged:
        while Converter(spool.recordings, spool.sessions, spool.sessions).convert_next():
            if [entry for entry in logged if entry["event"] == "recording.not_converted"]:
                break
    return [str(entry["event"]) for entry in logged]


def decoded(path: Path, folder: Path) -> audio.Sound:
    wav = folder / "decoded.wav"
    if path.suffix == ".opus":
        command = ["opusdec", "--quiet", "--rate", "8000", str(path), str(wav)]
    else:
        kind = "mp3" if path.suffix == ".mp3" else "wav"
        command = ["sox", "-V1", "-t", kind, str(path), "-e", "signed", "-b", "16", str(wav)]
    subprocess.run(command, check=True, capture_output=True)
    return audio.read_wav(wav)


@pytest.mark.parametrize(
    ("wanted", "sides"),
    [("mp3", "stereo"), ("mp3", "mixed"), ("opus", "stereo"), ("opus", "mixed"), ("wav49", "mixed")],
)
def test_every_format_holds_the_same_talk(wanted: str, sides: str, spool: Spool, tmp_path: Path) -> None:
    wav = recorded(spool, format=wanted, sides=sides)
    was = wav.stat().st_size
    assert convert(spool) == ["recording.converted"]
    [row] = spool.rows()
    path = spool.recordings / str(row.path)
    assert spool.files() == [row.path]
    assert (row.wanted_format, row.sides, row.duration_ms) == (None, sides, 3000)
    assert (row.bytes, row.sha256) == (path.stat().st_size, sound.digest(path))
    assert path.stat().st_size < was / 2
    heard = decoded(path, tmp_path)
    assert abs(heard.seconds - 3) < 0.5
    left, right = heard.channels[0], heard.channels[-1]
    if sides == "stereo":
        assert audio.seconds_of(left, 440) > 2.5
        assert audio.seconds_of(right, 950) > 2.5
    with spool.sessions() as session:
        assert audit(session, spool.recordings, {"sales"}) == []


def test_a_wav_is_left_as_it_is(spool: Spool) -> None:
    recorded(spool)
    assert convert(spool) == []


def test_a_tool_that_is_missing_or_fails_leaves_the_wav(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    wav = recorded(spool, format="mp3")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nowhere")
        assert conversion.missing_tools({"mp3", "opus", "wav"}) == {"sox", "opusenc", "opusdec"}
        converter = conversion.Converter(spool.recordings, spool.sessions, spool.sessions)
        with capture_logs() as logged:
            assert not converter.convert_next() and not converter.convert_next()
        assert [(entry["event"], entry["mend"]) for entry in logged] == [
            ("recording.encoder_missing", "apt install sox libsox-fmt-mp3")
        ]
    with monkeypatch.context() as patch:
        patch.setattr(conversion, "encoding", lambda *_: ["sox", "-V1", "/nowhere", "/nowhere.mp3"])
        assert convert(spool) == ["recording.not_converted"]
    assert spool.files() == [str(wav.relative_to(spool.recordings))]


def test_a_new_file_that_is_too_short_is_not_taken(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    wav = recorded(spool, format="mp3")
    real = conversion.encoding
    monkeypatch.setattr(conversion, "encoding", lambda *which: [*real(*which), "trim", "0", "1"])
    assert convert(spool) == ["recording.not_converted"]
    assert spool.files() == [str(wav.relative_to(spool.recordings))]
    assert spool.rows()[0].wanted_format == "mp3"


def test_a_wav_that_is_not_what_was_recorded_is_not_converted(spool: Spool) -> None:
    wav = recorded(spool, format="mp3")
    wav.write_bytes(wav.read_bytes()[:-4] + b"\1\1\1\1")
    assert convert(spool) == ["recording.not_converted"]


@pytest.mark.parametrize("moment", ["digest", "place", "replace", "commit", "unlink"])
def test_killed_at_any_moment_the_row_names_a_file_that_is_there(
    moment: str, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    recorded(spool, format="mp3")
    places: dict[str, tuple[Any, str]] = {
        "digest": (conversion, "sync"),
        "place": (Converter, "_put_in_place"),
        "replace": (Path, "replace"),
        "commit": (SessionTransaction, "commit"),
        "unlink": (Path, "unlink"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*places[moment], kill)
        with pytest.raises(Killed):
            convert(spool)
    [row] = spool.rows()
    assert sound.digest(spool.recordings / str(row.path)) == row.sha256
    Converter(spool.recordings, spool.sessions, spool.sessions).sweep()
    convert(spool)
    [row] = spool.rows()
    assert str(row.path).endswith(".mp3")
    assert [name for name in spool.files() if not name.endswith(".new")] == [row.path]


def test_what_is_deleted_while_it_is_converted_stays_deleted(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(spool, format="mp3")
    real = conversion._check

    def check(*values: Any) -> None:
        real(*values)
        delete(spool.sessions, spool.recordings, spool.rows()[0].id, "on request", "li", lambda: AT)

    monkeypatch.setattr(conversion, "_check", check)
    assert "recording.not_converted" in convert(spool)
    assert (spool.files(), spool.rows()[0].state) == ([], "deleted")


def test_two_workers_at_one_recording_convert_it_once_and_leave_it_whole(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is done while the first still decodes what it has made."""
    recorded(spool, format="opus")
    real, others = conversion._check, []

    def check(*values: Any) -> None:
        real(*values)
        if not others:
            others.append("is at work")
            others[:] = convert(spool)

    monkeypatch.setattr(conversion, "_check", check)
    converter = Converter(spool.recordings, spool.sessions, spool.sessions)
    with capture_logs() as logged:
        assert converter.convert_next()
        assert not converter.convert_next()
    assert others == ["recording.converted"]
    assert [(line["event"], line["reason"]) for line in logged] == [
        ("recording.not_converted", "it was deleted or converted meanwhile")
    ]
    [row] = spool.rows()
    assert spool.files() == [row.path]
    assert sound.digest(spool.recordings / str(row.path)) == row.sha256
