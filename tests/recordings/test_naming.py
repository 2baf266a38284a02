"""Names of files hold nothing of a caller's, and never lead out of their folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings import naming

pytestmark = [pytest.mark.req("REC-4")]
AT = dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.mark.parametrize(
    "hostile", ["", ".", "..", "../x", "a/b", "a\\b", "a\0b", "x\n", ".hidden", "一", "a" * 81, "a b", "$(x)"]
)
def test_a_uniqueid_that_could_be_a_path_is_refused(hostile: str) -> None:
    with pytest.raises(ValueError, match="not a uniqueid"):
        naming.part_file(Path("/spool"), hostile)
    with pytest.raises(ValueError, match="not a uniqueid"):
        naming.finished_path(hostile, AT, "sales", "1001")


def test_a_finished_file_is_found_by_day_queue_agent_and_leg() -> None:
    name = naming.finished_path("pbx1-1795313836.7", AT, "sales", "1001")
    assert str(name) == "2026/03/02/153000-sales-1001-pbx1-1795313836.7.wav"
    assert "direct-none" in str(naming.finished_path("x.1", AT, None, None))


@given(queue=st.text(min_size=1), agent=st.text(min_size=1))
def test_whatever_a_queue_or_a_member_is_called_the_file_stays_in_its_day(queue: str, agent: str) -> None:
    name = naming.finished_path("x.1", AT, queue, agent)
    assert name.parent == Path("2026/03/02")
    assert name.name.isascii()
    assert name.name.isprintable()


def test_a_parts_name_gives_its_leg() -> None:
    part = naming.part_file(Path("/spool"), "pbx1-1795313836.7")
    assert naming.uniqueid_of_part(part) == "pbx1-1795313836.7"
