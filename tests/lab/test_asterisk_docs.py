"""What Asterisk reads of its documentation at a start, and what it is spared."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from lab.asterisk_docs import DOCUMENTATION, shorten
from lab.asterisk_root import ensure

WHOLE = """<?xml version="1.0" encoding="UTF-8"?>
<docs>
<module name="app_x"><support_level>core</support_level></module>
<application name="X" language="en_US"><synopsis>Does x. 好</synopsis><description>long</description></application>
<managerEvent name="Y" language="en_US"><synopsis>Raised when y.</synopsis></managerEvent>
<configInfo name="app_x" language="en_US"><configFile name="x.conf"><configObject name="g">
<configOption name="o"><synopsis>An option</synopsis></configOption></configObject></configFile></configInfo>
</docs>
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "core-en_US.xml"
    file.write_text(WHOLE, "utf-8")
    return file


def test_names_and_options_stay_and_the_whole_is_kept(file: Path) -> None:
    shorten(file)
    docs = ElementTree.parse(file).getroot()  # noqa: S314 - our own
    assert [part.tag for part in docs] == ["application", "configInfo"]
    assert [(part.tag, part.text) for part in docs[0]] == [("synopsis", "Does x. 好")]
    assert docs.find(".//configOption[@name='o']/synopsis") is not None
    assert sorted(each.name for each in file.parent.iterdir()) == ["core-en_US.xml", "core-en_US.xml.full"]
    assert file.with_suffix(".xml.full").read_text("utf-8") == WHOLE


def test_what_is_short_is_left_as_it_is(file: Path) -> None:
    shorten(file)
    short = file.read_bytes()
    shorten(file)
    assert file.read_bytes() == short


@pytest.mark.asterisk
def test_the_private_asterisk_has_all_of_its_options() -> None:
    data = ensure(print).data
    short, whole = ({*options(data / f"{DOCUMENTATION}{more}")} for more in ("", ".full"))
    assert len(short) > 500
    assert short == whole


def options(file: Path) -> list[str]:
    if not file.exists():
        pytest.skip("this Asterisk is the machine's own")
    found = ElementTree.parse(file).iter("configOption")  # noqa: S314 - Debian's
    return [option.get("name", "") for option in found]
