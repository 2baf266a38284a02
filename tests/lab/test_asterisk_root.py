"""Finding an Asterisk: the machine's own or the private root, and what its version is worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.errors import HotlineError
from lab import asterisk_root
from lab.asterisk_root import AsteriskProgram, cache_folder, find_installed, find_private


def test_the_private_root_runs_without_entering_it(program: AsteriskProgram) -> None:
    assert program.version >= (20,)
    assert (program.modules / "chan_pjsip.so").exists()
    assert (program.data / "sounds").is_dir()


@pytest.mark.parametrize(
    ("version", "safe"), [((22, 10, 1), True), ((22, 10), False), ((23, 0), True), ((20, 19, 5), False)]
)
def test_a_version_is_safe_from_the_one_without_known_holes_on(version: tuple[int, ...], safe: bool) -> None:
    assert AsteriskProgram((), Path(), Path(), version).is_safe is safe


def test_an_asterisk_on_the_path_that_is_too_old_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "asterisk"
    old.write_text("#!/bin/sh\necho Asterisk 16.28.0~dfsg-0+deb11u4\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_installed() is None


def test_a_folder_without_a_program_is_no_root(tmp_path: Path) -> None:
    assert find_private(tmp_path) is None


def test_the_cache_goes_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path


def test_a_failed_build_says_why_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk_root, "PACKAGES", ("no such package",))
    monkeypatch.setattr(asterisk_root, "RELEASE", "no-such-release")
    with pytest.raises(HotlineError, match="could not be built"):
        asterisk_root.build(tmp_path / "root", print)
    assert list(tmp_path.iterdir()) == []
