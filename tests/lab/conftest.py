"""One private Asterisk for all tests of the lab, with a ten-line dialplan; its calls stay on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.asterisk_root import AsteriskProgram, ensure
from lab.home import temporary_home
from lab.instance import AsteriskInstance
from lab.sipp import Address

ETC = Path(__file__).parent / "etc"
SWITCH = Address("127.0.0.1", 23060)
TRUNK = Address("127.0.0.11")
INFO_TRUNK = Address("127.0.0.12")
SEAT = Address("127.0.0.21")


@pytest.fixture(scope="session")
def program() -> AsteriskProgram:
    return ensure(print)


@pytest.fixture(scope="session")
def asterisk(program: AsteriskProgram) -> Iterator[AsteriskInstance]:
    with temporary_home() as home:
        instance = AsteriskInstance(program, home, name="lab")
        instance.prepare()
        shutil.copytree(ETC, instance.etc, dirs_exist_ok=True)
        instance.start()
        yield instance
        instance.stop()
