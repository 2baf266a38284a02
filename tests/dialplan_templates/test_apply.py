"""The life of a configuration: what apply, plan and rollback do, on an Asterisk that only reads folders."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from callcenter.errors import ApplyFailed, ConfigRefused, HotlineError, NotFound
from dialplan_templates.durable import only_one
from tests.dialplan_templates.applying import Place, small

pytestmark = pytest.mark.req("GW-6")


@pytest.fixture
def place(memory: Path) -> Place:
    """A place whose first version is live."""
    place = Place(memory)
    assert place.apply(small()) == 1
    return place


def test_an_unchanged_site_is_not_applied_again(place: Place) -> None:
    applied = place.applier().apply(small())
    assert (applied.number, applied.reloaded) == (1, [])
    assert place.applier().plan(small()).empty
    assert place.versions.numbers() == [1]


def test_one_changed_queue_reloads_only_queues(place: Place) -> None:
    applied = place.applier().apply(small(queue="support"))
    assert applied.reloaded == ["queues"]
    assert place.told.states == {1: "former", 2: "live"}


@pytest.mark.req("ACD-6")
def test_a_version_in_which_no_module_differs_is_announced_too(place: Place) -> None:
    before = place.asterisk.announced
    assert place.applier().apply({**small(), "site.json": '{"presence": "other"}'}).reloaded == []
    assert place.asterisk.announced == before + 1


def test_without_a_running_asterisk_nothing_is_said_to_be_reloaded(place: Place) -> None:
    applied = place.applier(up=False).apply(small(queue="support"))
    assert (applied.reloaded, applied.restart, applied.running) == ([], [], False)
    assert place.told.states == {1: "former", 2: "live"}


def test_the_way_back_makes_a_new_version_of_the_one_before(place: Place) -> None:
    place.apply(small(queue="support"))
    place.apply(small(queue="faults"))
    assert place.applier().rollback().number == 4
    assert place.whole() == small(queue="support")
    assert place.applier().rollback().number == 5
    assert place.whole() == small(queue="faults")
    assert place.applier().rollback(1).number == 6
    assert place.whole() == small()


def test_a_version_that_was_never_live_is_not_gone_back_to(place: Place) -> None:
    with pytest.raises(ConfigRefused, match="no application Frobnicate"):
        place.apply(
            {**small(), "extensions/call-11111111.conf": "[call_11111111]\nexten => start,1,Frobnicate()\n"}
        )
    place.asterisk.refuses = {"queues"}
    with pytest.raises(
        ApplyFailed, match=r"version 3 did not come up as checked: queue show .* version 1 is live"
    ):
        place.apply(small(queue="support"))
    place.asterisk.refuses = set()
    assert place.told.states == {1: "live", 2: "refused", 3: "failed"}
    place.apply(small(queue="faults"))
    assert place.applier().rollback().number == 5
    assert place.whole() == small()
    for number in (2, 3, 77):
        with pytest.raises(NotFound, match=f"there is no version {number}"):
            place.applier().rollback(number)


def test_the_first_version_has_no_way_back(place: Place) -> None:
    with pytest.raises(NotFound, match="there is no former version"):
        place.applier().rollback()


def test_a_first_version_that_fails_gives_the_operator_his_files_back(memory: Path) -> None:
    place = Place(memory)
    (place.etc / "queues.conf").write_text("[mine]\n")
    place.asterisk.refuses = {"queues"}
    with pytest.raises(ApplyFailed, match="nothing is live again"):
        place.applier().apply(small(), take_over=True)
    assert (place.etc / "queues.conf").read_text() == "[mine]\n"
    assert not (place.etc / "hotline.d").is_symlink()


def test_what_an_operator_had_is_kept_beside_the_stub(memory: Path) -> None:
    place = Place(memory)
    (place.etc / "queues.conf").write_text("[mine]\n")
    (place.etc / "udptl.conf").write_text("[office]\n")
    own = place.etc / "operator.d/queues.conf"
    own.parent.mkdir()
    own.write_text("[night]\n")
    with pytest.raises(ConfigRefused, match=r"not written by Hotline: queues.conf in .*--take-over"):
        place.apply(small())
    assert (place.etc / "queues.conf").read_text() == "[mine]\n"
    place.applier().apply(small(), take_over=True)
    assert (place.etc / "queues.conf.before-hotline").read_text() == "[mine]\n"
    assert (place.etc / "udptl.conf").read_text() == "[office]\n"
    assert own.read_text() == "[night]\n"


def test_a_file_edited_by_hand_is_seen_and_not_lost(place: Place) -> None:
    edited = place.versions.path(1) / "queues/10-queues.conf"
    edited.write_bytes(edited.read_bytes() + "; 值班\n".encode("gb18030"))
    (place.versions.path(1) / "queues/99-mine.conf").write_text("[mine]\n")
    found = place.applier().plan(small())
    assert found.edited == ["queues/10-queues.conf", "queues/99-mine.conf"]
    assert not found.empty
    with pytest.raises(
        ConfigRefused, match=r"edited by hand: queues/10-queues.conf, queues/99-mine.conf; .*--over-edits"
    ):
        place.apply(small())
    assert place.applier().apply(small(), over_edits=True).reloaded == ["queues"]
    assert place.whole() == small()
    with pytest.raises(ConfigRefused, match="version 1 was edited by hand"):
        place.applier().rollback(1)


def test_only_one_apply_works_at_a_time(place: Place) -> None:
    with (
        only_one(place.versions.folder / ".lock"),
        pytest.raises(HotlineError, match=f"another apply is at work, process {os.getpid()}"),
    ):
        place.apply(small(queue="support"))
    assert place.apply(small(queue="support")) == 2


def test_a_queue_with_callers_is_not_removed(place: Place) -> None:
    place.asterisk.waiting = {"sales": 2}
    with pytest.raises(ConfigRefused, match="queue sales has 2 callers waiting"):
        place.apply(small(queue="support"))
    assert place.whole() == small()
    place.asterisk.waiting = {}
    assert place.apply(small(queue="support")) == 2


def test_a_call_keeps_its_context_over_applies_and_the_way_back(place: Place) -> None:
    place.asterisk.channels = "PJSIP/e1-1!call_11111111!act_queue!1!Up!Queue!sales!!!!3!10!!1\n"
    for number, call in enumerate(("22222222", "33333333"), start=2):
        assert place.apply(small(call=call)) == number
    assert "extensions/call-11111111.conf" in place.whole()
    assert place.applier().apply(small(call="33333333", queue="support")).reloaded == ["queues"]
    place.applier().rollback(2)
    assert {"extensions/call-11111111.conf", "extensions/call-33333333.conf"} <= place.whole().keys()
    place.asterisk.channels = ""
    place.apply(small(call="44444444"))
    assert "extensions/call-11111111.conf" not in place.whole()


def test_an_asterisk_that_dies_in_the_reload_gets_the_former_files_back(place: Place) -> None:
    asterisk = place.asterisk
    reload = asterisk.read

    def die(*folders: str) -> None:
        asterisk.gone = True
        asterisk.rx("core show uptime")

    asterisk.read = die  # type: ignore[method-assign]
    with pytest.raises(ApplyFailed, match="the former files are back, and the next apply reloads them"):
        place.apply(small(queue="support"))
    assert place.whole() == small()
    asterisk.gone, asterisk.read = False, reload  # type: ignore[method-assign]
    assert place.applier().recover() == ["queues"]
    assert place.applier().plan(small()).empty


def test_files_are_for_asterisks_account_and_its_owner_only(place: Place) -> None:
    owner = place.etc.stat()
    for path in (place.versions.path(1), *place.versions.path(1).rglob("*"), place.etc / "queues.conf"):
        found = path.stat()
        assert (found.st_uid, found.st_gid) == (owner.st_uid, owner.st_gid)
        assert stat.S_IMODE(found.st_mode) == (0o750 if path.is_dir() else 0o640), path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_leaves_everything_as_it_was(memory: Path) -> None:
    place = Place(memory)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", place.etc], check=True)
    try:
        place.apply(small())
        before = sorted(place.versions.folder.rglob("*"))
        with pytest.raises(HotlineError, match="No space left on device"):
            place.apply({**small(), "pjsip/endpoints-01.conf": "; " * 200_000})
        assert sorted(place.versions.folder.rglob("*")) == before
        assert place.whole() == small()
        assert place.apply(small(queue="support")) == 2
    finally:
        subprocess.run(["umount", place.etc], check=True)
