"""Versions of the flows: the live one at once, a call's own to its end, and never a half one."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from agi.snapshots import KEPT, Snapshots
from callcenter.site import Site
from tests.agi.flows import publish
from tests.callcenter.flow_sites import QUEUE, flow, site

pytestmark = [pytest.mark.req("IVR-9")]


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    return tmp_path


def a_site(**more: Any) -> Site:
    return site(flow({"start": QUEUE}), **more)


def test_a_new_call_has_the_live_version_and_an_old_one_its_own(etc: Path) -> None:
    snapshots = Snapshots(etc)
    publish(etc, 1, a_site())
    assert snapshots.of("").version == 1
    publish(etc, 2, a_site())
    assert (snapshots.of("").version, snapshots.of("1").version) == (2, 1)


def test_before_the_first_apply_there_is_nothing_to_serve(etc: Path) -> None:
    with pytest.raises(OSError, match=r"hotline\.d"):
        Snapshots(etc).of("")


@pytest.mark.parametrize("text", ["", "{", "{}", '{"site": {}}', '{"site": 1, "prompts": 2}', "null"])
def test_while_the_live_version_is_broken_the_one_before_serves_on(text: str, etc: Path) -> None:
    snapshots = Snapshots(etc)
    publish(etc, 1, a_site())
    snapshots.live()
    publish(etc, 2, a_site()).write_text(text)
    with capture_logs() as logged:
        assert snapshots.live().version == 1
    assert [entry["event"] for entry in logged] == ["flows.unreadable"]


def test_a_broken_version_is_read_once_and_again_when_it_is_mended(etc: Path) -> None:
    snapshots = Snapshots(etc)
    file = publish(etc, 1, a_site())
    good = file.read_text()
    file.write_text(good[:-20])
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            snapshots.live()
    file.write_text(good)
    os.utime(file, ns=(1, 1))
    assert snapshots.live().version == 1


def test_a_folder_that_is_gone_leaves_what_was_read(etc: Path) -> None:
    snapshots = Snapshots(etc)
    file = publish(etc, 1, a_site())
    snapshots.live()
    file.unlink()
    (etc / "hotline.d").unlink()
    assert snapshots.of("1").version == 1
    with capture_logs():
        assert snapshots.of("").version == 1


def test_old_versions_are_forgotten(etc: Path) -> None:
    snapshots = Snapshots(etc)
    for version in range(1, KEPT + 5):
        publish(etc, version, a_site())
        snapshots.live()
    assert len(snapshots._kept) == KEPT


@pytest.mark.req("P1")
def test_ten_thousand_seats_keep_no_call_waiting_when_a_version_goes_live(etc: Path) -> None:
    numbers = [str(number) for number in range(100_000, 110_000)]
    seats = [{"name": f"s{number}", "number": number, "title": number} for number in numbers]
    agents = [{"number": number, "title": number} for number in numbers]
    members = [{"agent": number} for number in numbers]
    queues = [{"name": "sales", "title": "Sales", "members": members}]
    publish(etc, 1, a_site(seats=seats, agents=agents, queues=queues))
    began = time.perf_counter()
    snapshot = Snapshots(etc).live()
    assert time.perf_counter() - began < 0.1
    assert snapshot.published.queues["sales"].record
