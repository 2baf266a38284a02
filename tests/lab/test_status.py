"""``hotline lab status`` as a person reads it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from cli import main
from lab.asterisk_root import AsteriskProgram


def test_an_asterisk_that_does_not_run_is_said_in_words(program: AsteriskProgram, tmp_path: Path) -> None:
    assert program.version
    told = CliRunner().invoke(main, ["--home", str(tmp_path), "lab", "status"])
    assert told.exit_code == 0, told.output
    assert [line.split() for line in told.output.splitlines()][:2] == [["running", "no"], ["pid", "–"]]
