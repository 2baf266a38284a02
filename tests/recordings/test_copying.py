"""Finished recordings go to a real S3-compatible server, are read back, and nothing is lost while it is away."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from callcenter.settings import Settings
from recordings import copying, retention
from recordings.copying import Copier, how_many_wait
from recordings.integrity import audit
from recordings.store import Store, StoreAway, store_of
from schema.calls import Recording
from schema.recording_copies import RecordingCopy
from tests.databases import Sessions

pytestmark = [pytest.mark.slow, pytest.mark.req("REC-4")]
AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
BUCKET = "recordings"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3-compatible server on loopback."""
    # here, for it takes a quarter of a second and most runs are without
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@dataclass
class House:
    """Recordings with their rows, and a store for copies of them."""

    folder: Path
    sessions: Sessions
    settings: Settings
    now: dt.datetime = AT

    def record(self, number: int, wanted: str | None = None) -> Path:
        """One finished recording."""
        name, sound = f"2026/03/02/{number}.wav", f"sound {number}".encode() * 1000
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sound)
        with self.sessions.begin() as session:
            session.add(
                Recording(
                    id=number,
                    call_id=f"call-{number}",
                    uniqueid=f"leg-{number}",
                    state="ready",
                    started_at=AT,
                    path=name,
                    wanted_format=wanted,
                    duration_ms=0,
                    bytes=len(sound),
                    sha256=hashlib.sha256(sound).hexdigest(),
                )
            )
        return path

    def copier(self, local_days: int | None = None) -> Copier:
        store = store_of(self.settings, {"recordings/store": "secret"}.get)
        assert store is not None
        return Copier(store, self.folder, self.sessions, lambda: self.now, local_days)

    def copies(self) -> dict[int, RecordingCopy]:
        with self.sessions() as session:
            return {copy.recording_id: copy for copy in session.scalars(select(RecordingCopy))}

    def copied(self) -> list[int]:
        """Of which recordings their own rows say that there is a copy."""
        with self.sessions() as session:
            return list(session.scalars(select(Recording.id).where(Recording.copied_at.is_not(None))))


@pytest.fixture
def bucket(server: str) -> Iterator[str]:
    """An empty bucket; gives the server's address."""
    there = {"aws_access_key_id": "hotline", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    import boto3

    s3 = boto3.resource("s3", endpoint_url=server, **there)
    found = s3.Bucket(BUCKET)
    found.create()
    yield server
    found.objects.delete()
    found.delete()
    s3.meta.client.close()


@pytest.fixture
def house(bucket: str, sessions: Sessions, tmp_path: Path) -> House:
    settings = Settings(
        home=tmp_path,
        recordings_store=f"s3://{BUCKET}/house1",
        recordings_store_endpoint=bucket,
        recordings_store_key="hotline",
    )
    return House(tmp_path / "recordings", sessions, settings)


def all_done(copier: Copier) -> None:
    while copier.work():
        pass


def test_what_is_finished_is_copied_and_stays_here(house: House) -> None:
    paths = [house.record(1), house.record(2)]
    house.record(3, wanted="mp3")
    copier = house.copier()
    all_done(copier)
    copies = house.copies()
    assert copies.keys() == {1, 2}, "the third is still to be converted"
    assert copies[1].address == f"s3://{BUCKET}/house1/2026/03/02/1.wav"
    assert all(path.exists() for path in paths)
    assert not copier.work()


def test_the_local_file_goes_in_its_time_and_the_copy_comes_back(house: House, tmp_path: Path) -> None:
    path = house.record(1)
    sound = path.read_bytes()
    copier = house.copier(local_days=7)
    all_done(copier)
    house.now += 6 * DAY
    all_done(copier)
    assert path.exists()
    house.now += 2 * DAY
    all_done(copier)
    assert not path.exists()
    assert house.copies()[1].local_gone_at == house.now
    with house.sessions() as session:
        assert audit(session, house.folder, set()) == []
    store = store_of(house.settings, {"recordings/store": "secret"}.get)
    assert store is not None
    store.fetch(house.copies()[1].address, tmp_path / "back.wav")
    assert (tmp_path / "back.wav").read_bytes() == sound
    link = store.link(house.copies()[1].address)
    assert link is not None
    with urllib.request.urlopen(link) as answer:  # noqa: S310 - our own server
        assert answer.read() == sound


def test_a_local_file_stays_when_its_copy_was_changed(house: House) -> None:
    path = house.record(1)
    copier = house.copier(local_days=0)
    assert copier.work()
    store = store_of(house.settings, {"recordings/store": "secret"}.get)
    assert store is not None
    other = house.folder / "other"
    other.write_bytes(b"something else")
    store.put(other, house.copies()[1].address)
    with pytest.raises(StoreAway, match="not what was copied"):
        copier.work()
    assert path.exists()
    assert house.copies()[1].local_gone_at is None
    later = house.record(2)
    all_done(copier)
    assert path.exists()
    assert not later.exists(), "one spoilt copy keeps no other file here"


def test_a_copy_without_a_recording_keeps_no_other_file_here(house: House) -> None:
    lost, there = house.record(1), house.record(2)
    all_done(house.copier())
    with house.sessions.begin() as session:
        session.delete(session.get_one(Recording, 1))
    all_done(house.copier(local_days=0))
    assert lost.exists()
    assert not there.exists()


def test_who_deletes_a_recording_deletes_its_copy(house: House) -> None:
    house.record(1)
    copier = house.copier()
    all_done(copier)
    address = house.copies()[1].address
    retention.delete(house.sessions, house.folder, 1, "asked", "anna", lambda: AT)
    assert house.copied() == [1]
    all_done(copier)
    assert house.copies() == {}
    assert house.copied() == []
    store = store_of(house.settings, {"recordings/store": "secret"}.get)
    assert store is not None
    with pytest.raises(StoreAway, match="FileNotFound"):
        store.digest(address)


def test_a_file_that_was_changed_here_is_not_copied(house: House) -> None:
    house.record(1).write_bytes(b"spoilt")
    with capture_logs() as logs:
        all_done(house.copier())
    assert house.copies() == {}
    assert [line["event"] for line in logs] == ["recording.not_copied"]


def test_while_the_store_is_away_files_stay_and_one_alarm_is_raised(
    house: House, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = house.record(1)
    house.settings = house.settings.model_copy(update={"recordings_store": "s3://no-such-bucket/x"})
    away = house.copier(local_days=0)
    monkeypatch.setattr(copying, "AWAY_SECONDS", 0.01)
    monkeypatch.setattr(copying, "LOOK_SECONDS", 0.01)

    async def tried_a_few_times() -> None:
        running = asyncio.create_task(away.run())
        while not away.away:
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    with capture_logs() as logs:
        asyncio.run(tried_a_few_times())
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["recording.store_away"]
    assert path.exists()
    with house.sessions() as session:
        assert how_many_wait(session, AT + DAY) == 1
    house.settings = house.settings.model_copy(update={"recordings_store": f"s3://{BUCKET}/house1"})
    all_done(house.copier())
    assert house.copies().keys() == {1}


def test_two_workers_at_one_recording_note_one_copy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is done while the first still reads back what it has put there."""
    house.record(1)
    real, others = Store.digest, []

    def digest(store: Store, address: str) -> str:
        if not others:
            others.append(house.copier())
            all_done(others[0])
        return real(store, address)

    monkeypatch.setattr(Store, "digest", digest)
    all_done(house.copier())
    assert len(others) == 1
    assert house.copies().keys() == {1}


def test_a_folder_elsewhere_is_a_store_too(sessions: Sessions, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, recordings_store=f"file://{tmp_path}/nas")
    house = House(tmp_path / "recordings", sessions, settings)
    sound = house.record(1).read_bytes()
    all_done(house.copier(local_days=0))
    assert (tmp_path / "nas/2026/03/02/1.wav").read_bytes() == sound
    assert not (house.folder / "2026/03/02/1.wav").exists()
