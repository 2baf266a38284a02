"""Secrets are made once, kept by all who ask at the same time, and readable to their owner alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from callcenter.errors import HotlineError
from callcenter.secrets import PIN_LENGTH, Secrets

pytestmark = [pytest.mark.req("SEC-2")]


ASK = """
import sys
from pathlib import Path
from callcenter.secrets import Secrets
for number in range(10):
    print(Secrets(Path(sys.argv[1]))(f"seat/s{number}"))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "secrets.json"


def test_a_secret_is_made_once_and_kept(path: Path) -> None:
    made = Secrets(path)("seat/desk1")
    assert len(made) == 24
    assert Secrets(path)("seat/desk1") == made
    assert Secrets(path)("seat/desk2") != made


def test_a_mailbox_has_a_pin_of_digits(path: Path) -> None:
    pin = Secrets(path)("mailbox/8000")
    assert pin.isdecimal()
    assert len(pin) == PIN_LENGTH


def test_only_its_owner_reads_the_file(path: Path) -> None:
    Secrets(path)("agi/token")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_processes_that_ask_at_the_same_time_are_told_the_same(path: Path) -> None:
    command = [sys.executable, "-c", ASK, str(path)]
    askers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    known = Secrets(path)
    for asker in askers:
        told, _ = asker.communicate()
        assert told.split() == [known(f"seat/s{number}") for number in range(10)]


def test_what_another_process_has_set_is_seen(path: Path) -> None:
    mine, other = Secrets(path), Secrets(path)
    assert mine("trunk/sip") != "from the provider"
    other.set("trunk/sip", "from the provider")
    assert mine("trunk/sip") == "from the provider"


@pytest.mark.parametrize("useless", ["", "a;b", "two\nlines", "汉字", "\x00"])
def test_a_secret_that_asterisk_could_not_read_is_refused(useless: str, path: Path) -> None:
    with pytest.raises(HotlineError):
        Secrets(path).set("trunk/sip", useless)
    assert not path.exists()


@pytest.mark.parametrize("damaged", ['{"a": ', "[1]", "\xff"])
def test_a_damaged_file_is_said_to_be_damaged_and_left_as_it_is(damaged: str, path: Path) -> None:
    path.parent.mkdir()
    path.write_text(damaged, "latin-1")
    with pytest.raises(HotlineError, match="damaged"):
        Secrets(path)("agi/token")
    assert path.read_text("latin-1") == damaged
