"""A backup is taken while the installation works, and put back on an empty machine it is the same."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import socket
import tarfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backup import making, restoring
from callcenter.health.life import Life
from schema.calls import Call, Visit
from tests.backup.conftest import AT, CALLS, SOUND, Machine, Machines

pytestmark = pytest.mark.slow


def told(machine: Machine, *words: str) -> str:
    """What a command prints here, without the home's own name and what others write on the same disk."""
    said = machine.run(*words).output.replace(str(machine.home), "HOME")
    return re.sub(r"[0-9.]+ GiB free", "so much free", said)


LOOKS = (
    ("calls", "list", "--last", "1000", "--json"),
    ("calls", "show", "hotline-1.0", "--json"),
    ("recordings", "list", "--json"),
    ("site", "dump"),
    ("history", "--json"),
    ("secrets", "list"),
    ("db", "current", "--json"),
    ("doctor", "--json"),
)


@pytest.mark.req("OPS-4")
def test_restored_on_an_empty_machine_everything_is_as_it_was(
    full: Machine, machines: Machines, tmp_path: Path
) -> None:
    file, fresh = tmp_path / "saved.tar.gz", machines()
    said = full.done("backup", str(file), "--recordings")
    assert f"to {file}" in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert "hotline apply" in fresh.done("restore", str(file))
    for words in LOOKS:
        assert told(fresh, *words) == told(full, *words), words
    calls = json.loads(fresh.done("calls", "list", "--last", "1000", "--json"))
    assert len(calls) == CALLS
    before, after = full.app, fresh.app
    assert after.secrets("trunk/sip") == "typed-by-the-provider"
    assert (fresh.home / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert (after.settings.etc / "hotline.d/pjsip.conf").read_text() == "[s8001]"
    assert (after.settings.etc / "hotline.d/pjsip.conf").stat().st_mode & 0o777 == 0o640
    assert (after.settings.etc / "operator.d/mine.conf").read_text() == "; mine"
    assert (after.settings.recordings / SOUND).read_bytes() == b"RIFF"
    assert (after.settings.prompts / "zh/welcome.wav").read_bytes() == b"spoken"
    journal = sorted(path.name for path in before.settings.journal.glob("*.jsonl"))
    assert sorted(path.name for path in after.settings.journal.glob("*.jsonl")) == journal
    assert len(journal) == 1


@pytest.mark.req("OPS-4")
def test_sqlite_is_restored_into_postgresql_and_back(
    full: Machine, machines: Machines, tmp_path: Path
) -> None:
    other = Machine(tmp_path / "other", f"sqlite:///{tmp_path}/other/hotline.db")
    again = machines()
    full.done("backup", str(tmp_path / "1.tar.gz"))
    other.done("restore", str(tmp_path / "1.tar.gz"))
    other.done("backup", str(tmp_path / "2.tar.gz"))
    again.done("restore", str(tmp_path / "2.tar.gz"))
    for words in LOOKS[:6]:
        assert told(again, *words) == told(full, *words), words


@pytest.mark.req("OPS-4")
def test_it_is_of_one_moment_while_calls_are_written(
    full: Machine, machines: Machines, tmp_path: Path
) -> None:
    """Each call comes with its visit in one transaction: none is saved without the other."""
    sessions, stop, wrote = full.app.sessions(), threading.Event(), []

    def calls_come() -> None:
        while not stop.is_set():
            name = f"hotline-{1000 + len(wrote)}.0"
            with sessions.begin() as session:
                session.add(Call(call_id=name, direction="inbound", started_at=AT, state="open"))
                session.add(Visit(call_id=name, number=1, queue="service", joined_at=AT, outcome="abandoned"))
            wrote.append(name)

    writing = threading.Thread(target=calls_come)
    writing.start()
    file = tmp_path / "saved.tar.gz"
    try:
        full.done("backup", str(file))
        last_before = len(wrote)
        while len(wrote) == last_before:
            writing.join(0.01)
    finally:
        stop.set()
        writing.join()
    fresh = machines()
    fresh.done("restore", str(file))
    with fresh.app.sessions(read_only=True)() as session:
        calls = session.scalar(select(func.count()).select_from(Call))
        visits = session.scalar(select(func.count()).select_from(Visit))
    assert calls == visits
    assert CALLS <= (calls or 0) <= CALLS + len(wrote)


@pytest.mark.req("OPS-4")
def test_what_is_there_is_not_replaced_unless_forced_and_then_saved(full: Machine, tmp_path: Path) -> None:
    file = tmp_path / "saved.tar.gz"
    full.done("backup", str(file))
    with full.app.sessions().begin() as session:
        session.add(Call(call_id="hotline-later", direction="inbound", started_at=AT, state="closed"))
    refused = full.run("restore", str(file))
    assert refused.exit_code == 1
    assert "not empty" in refused.stderr
    assert "--force" in refused.stderr
    assert "hotline-later" in full.done("calls", "list", "--last", "1000")
    full.done("restore", str(file), "--force")
    assert "hotline-later" not in full.done("calls", "list", "--last", "1000")
    (before,) = full.home.glob("before-restore-*.tar.gz")
    full.done("restore", str(before), "--force")
    assert "hotline-later" in full.done("calls", "list", "--last", "1000")


@pytest.mark.req("OPS-4")
def test_a_restore_that_a_full_disk_ends_half_way_is_made_whole_by_the_next(
    full: Machine, machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, fresh, left = tmp_path / "saved.tar.gz", machines(), 2
    full.done("backup", str(file), "--recordings")
    put = restoring._put

    def until_full(staged: Path, target: Path, mode: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        put(staged, target, mode)

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_put", until_full)
        ended = fresh.run("restore", str(file))
    assert ended.exit_code == 1
    assert "No space left on device" in ended.stderr
    assert "again" in ended.stderr
    fresh.done("restore", str(file), "--force")
    for words in LOOKS:
        assert told(fresh, *words) == told(full, *words), words


@pytest.mark.parametrize("spoil", ["cut", "changed", "foreign", "newer"])
def test_a_spoiled_backup_is_refused_and_nothing_changes(
    spoil: str, full: Machine, machines: Machines, tmp_path: Path
) -> None:
    file, fresh = tmp_path / "saved.tar.gz", machines()
    full.done("backup", str(file))
    file.write_bytes(SPOILT[spoil](file.read_bytes()))
    refused = fresh.run("restore", str(file))
    assert refused.exit_code == 1
    assert len(refused.stderr.splitlines()) == 1
    assert not (fresh.home / "secrets.json").exists()
    assert json.loads(fresh.run("db", "current", "--json").output)["current"] is None


def rewritten(whole: bytes, change: tuple[bytes, bytes], where: str) -> bytes:
    """A backup with other words in one of its files."""
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(whole)) as source,
        tarfile.open(fileobj=out, mode="w:gz") as target,
    ):
        for member in source:
            content = source.extractfile(member)
            assert content is not None
            data = content.read()
            if member.name == where:
                assert change[0] in data
                data = data.replace(*change)
            member.size = len(data)
            target.addfile(member, io.BytesIO(data))
    return out.getvalue()


SPOILT = {
    "cut": lambda whole: whole[: len(whole) // 2],
    "changed": lambda whole: rewritten(whole, (b"hotline-7.0", b"hotline-8.0"), making.table_file("calls")),
    "foreign": lambda whole: b"PK\x03\x04" + whole,
    "newer": lambda whole: rewritten(whole, (b'"format": 1', b'"format": 2'), "manifest.json"),
}


def test_a_name_that_leads_out_of_the_folder_is_refused(machines: Machines, tmp_path: Path) -> None:
    file, fresh = tmp_path / "evil.tar.gz", machines()
    with tarfile.open(file, "w:gz") as tar:
        member = tarfile.TarInfo("home/../../evil")
        member.size = 4
        tar.addfile(member, io.BytesIO(b"evil"))
    assert "no name in a backup" in fresh.run("restore", str(file)).stderr
    assert not list(tmp_path.rglob("evil"))


def test_by_pipe(full: Machine, machines: Machines) -> None:
    piped = full.run("backup", "-")
    assert piped.exit_code == 0
    fresh = machines()
    assert fresh.run("restore", "-", input=piped.stdout_bytes).exit_code == 0
    assert told(fresh, *LOOKS[0]) == told(full, *LOOKS[0])


def test_a_deleted_recording_does_not_come_back(full: Machine, machines: Machines, tmp_path: Path) -> None:
    file, fresh = tmp_path / "saved.tar.gz", machines()
    full.done("recordings", "delete", "1", "--reason", "the caller asked")
    (full.app.settings.recordings / SOUND).write_bytes(b"RIFF")  # as if it went while the backup was made
    full.done("backup", str(file), "--recordings")
    fresh.done("restore", str(file))
    assert not (fresh.app.settings.recordings / SOUND).exists()


def test_it_is_not_put_back_under_a_working_hotline(
    full: Machine, machines: Machines, tmp_path: Path
) -> None:
    file = tmp_path / "saved.tar.gz"
    full.done("backup", str(file))
    with socket.create_server(("127.0.0.1", 0)) as agi:
        refused = machines().run("restore", str(file), agi_port=agi.getsockname()[1])
    assert "hotline agi is at work" in refused.stderr


def test_it_is_not_put_back_beside_a_worker(full: Machine, machines: Machines, tmp_path: Path) -> None:
    file, other = tmp_path / "saved.tar.gz", machines()
    full.done("backup", str(file))
    other.done("db", "upgrade")
    Life(other.app.sessions(), "worker@hotline", other.app.clock).say()
    refused = other.run("restore", str(file), "--force")
    assert "hotline worker was at work seconds ago" in refused.stderr
