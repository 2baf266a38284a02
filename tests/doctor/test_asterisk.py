"""Faults made in a real, running Asterisk, and its configuration on disk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.agents import seating as agents
from callcenter.ports import AsteriskConsole
from callcenter.site_file import store as site_store
from doctor import asterisk, lines, records
from doctor.findings import Finding, Look
from tests.doctor.conftest import House

pytestmark = pytest.mark.asterisk


@pytest.fixture
def look(running_house: House) -> Look:
    """A look at the running house."""
    return Look(running_house)


@pytest.fixture
def console(look: Look) -> AsteriskConsole:
    """Its Asterisk's console."""
    return look.console


CHECKS = ("version", "running", "modules", "manager", "rights", "clock", "live", "edits", "pending")


@pytest.mark.parametrize("name", CHECKS)
def test_a_healthy_asterisk_is_well(look: Look, name: str) -> None:
    found: Finding = getattr(asterisk, name)(look)
    assert found.state == "ok", found


def test_a_module_that_is_not_loaded_is_wrong(look: Look, console: AsteriskConsole) -> None:
    console.rx("module unload app_softhangup.so")
    found = asterisk.modules(look)
    console.rx("module load app_softhangup.so")
    assert (found.state, found.text) == ("wrong", "not loaded: app_softhangup.so")


@pytest.fixture
def rogue(look: Look, console: AsteriskConsole) -> Iterator[Path]:
    """An account somebody has added, with which one can run commands."""
    path = look.settings.etc / "operator.d/manager_rogue.conf"
    path.parent.mkdir(exist_ok=True)
    path.write_text("[rogue]\nsecret = x\nread = all\nwrite = system,call\n")
    console.rx("manager reload")
    yield path
    path.unlink()
    console.rx("manager reload")


def test_an_account_that_may_run_commands_is_wrong(look: Look, rogue: Path) -> None:
    found = asterisk.rights(look)
    assert (found.state, found.text) == ("wrong", "rogue may system")


def test_a_console_that_anybody_may_write_to_is_wrong(look: Look) -> None:
    control = look.settings.control
    mode = control.stat().st_mode
    control.chmod(mode | 0o002)
    found = asterisk.running(look)
    control.chmod(mode)
    assert found.mend == f"chmod o-w {control}"


def test_clocks_that_differ_are_wrong(
    look: Look, running_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_house, "now", dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90))
    found = asterisk.clock(look)
    assert found.state == "wrong"
    assert "90." in found.text or "89." in found.text


def test_a_file_edited_by_hand_is_a_warning(look: Look) -> None:
    path = look.settings.etc / "hotline.d/queues/00-base.conf"
    before = path.read_text()
    path.write_text(before + "; mine\n")
    found = asterisk.edits(look)
    path.write_text(before)
    assert (found.state, found.text) == ("warning", "edited by hand: queues/00-base.conf")


def test_an_apply_that_was_cut_short_is_wrong(look: Look) -> None:
    note = look.settings.etc / "hotline.versions/pending.json"
    note.write_text('{"number": 1, "former": null, "modules": ["queues"], "objects": []}')
    found = asterisk.pending(look)
    note.unlink()
    assert (found.state, found.mend) == ("wrong", "run hotline apply: it finishes it")


def test_a_site_that_is_not_live_yet_is_a_warning(look: Look, running_house: House) -> None:
    site = running_house.site()
    slower = site.queues[0].model_copy(update={"max_wait_seconds": site.queues[0].max_wait_seconds + 1})
    changed = site.model_copy(update={"queues": [slower, *site.queues[1:]]})
    with running_house.sessions().begin() as session:
        site_store.save(session, changed, "test", running_house.clock)
    found = asterisk.live(Look(running_house))
    with running_house.sessions().begin() as session:
        site_store.save(session, site, "test", running_house.clock)
    assert (found.state, asterisk.live(Look(running_house)).state) == ("warning", "ok")
    assert "hotline apply" in (found.mend or "")


def test_an_agent_who_is_in_no_queue_is_wrong(look: Look, running_house: House) -> None:
    assert records.members(look).state == "ok"
    with running_house.sessions().begin() as session:
        agents.log_in(session, running_house.site(), "1001", "s8001", running_house.clock)
    found = records.members(Look(running_house))
    with running_house.sessions().begin() as session:
        agents.log_out(session, "1001", running_house.clock)
    assert found.state == "wrong"
    assert "1001*s8001" in found.text


def test_a_wrong_manager_secret_is_told(look: Look, running_house: House) -> None:
    secret = running_house.secrets("ami/hotline")
    running_house.secrets.set("ami/hotline", "another-long-enough-secret")
    try:
        with pytest.raises(Exception, match="Authentication failed"):
            asterisk.manager(look)
    finally:
        running_house.secrets.set("ami/hotline", secret)


@pytest.mark.req("GW-3")
def test_a_trunk_that_is_away_is_named_with_what_to_do(look: Look) -> None:
    found = lines.trunks(look)
    assert found.state == "warning"
    assert "analog: the gateway has not signed in" in found.text
    assert found.mend
