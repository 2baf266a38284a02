"""``hotline render --out``: the folder holds what was rendered, and nobody's things are lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.errors import HotlineError
from dialplan_templates.rendered_folder import MARK, fill


def held(out: Path) -> dict[str, str]:
    return {
        str(file.relative_to(out)): file.read_text("utf-8")
        for file in out.rglob("*")
        if file.is_file() and file.name != MARK
    }


def test_files_of_a_former_render_go_with_their_folders(tmp_path: Path) -> None:
    out = tmp_path / "out"
    fill(out, {"queues.conf": "1", "pjsip/old/seats.conf": "1"})
    fill(out, {"queues.conf": "2"})
    assert held(out) == {"queues.conf": "2"}
    assert not (out / "pjsip").exists()


@pytest.mark.parametrize("name", ["thesis.txt", "pjsip/thesis.txt"])
def test_a_folder_with_other_things_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    fill(tmp_path, {"queues.conf": "1", "pjsip/seats.conf": "1"})
    (tmp_path / name).write_text("ten years' work", "utf-8")
    before = held(tmp_path)
    with pytest.raises(
        HotlineError, match=f"holds other things, as {name}: give a folder that is empty, new"
    ):
        fill(tmp_path, {"queues.conf": "2", name: "2"})
    assert held(tmp_path) == before


def test_a_folder_that_no_render_has_filled_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "queues.conf").write_text("by hand", "utf-8")
    with pytest.raises(HotlineError, match=r"holds other things, as queues\.conf"):
        fill(tmp_path, {"queues.conf": "1"})
    assert held(tmp_path) == {"queues.conf": "by hand"}


def test_a_render_that_was_cut_short_is_done_again(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        fill(tmp_path, {"queues.conf": "1", "pjsip/seats.conf": "1", "pjsip": "1"})
    fill(tmp_path, {"queues.conf": "2"})
    assert held(tmp_path) == {"queues.conf": "2"}


def test_what_a_mark_names_outside_its_folder_is_left_there(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", "utf-8")
    out = tmp_path / "out"
    fill(out, {"queues.conf": "1"})
    (out / MARK).write_text('["queues.conf", "../mine"]', "utf-8")
    fill(out, {"queues.conf": "2"})
    assert (tmp_path / "mine").read_text("utf-8") == "mine"
