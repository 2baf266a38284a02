"""The listener's account hears what Hotline listens to, no more, and may do nothing to the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.manager_events import LISTENED
from callcenter.site import Site
from dialplan_templates.render import render
from tests.dialplan_templates.conf_reader import read
from tests.dialplan_templates.conftest import Boot
from tests.dialplan_templates.throwaway import Manager, deployment

pytestmark = [pytest.mark.asterisk, pytest.mark.req("SEC-2")]
DIALPLAN = (
    "[hotline_in]\nexten => 1,1,Set(X=1)\n same => n,UserEvent(Heard,Name: 张三)\n same => n,Hangup()\n"
)


@pytest.fixture(scope="module")
def listener(boot: Boot, small_site: Site) -> Iterator[Manager]:
    session = boot(small_site, {"extensions/00-base.conf": DIALPLAN}).manager("hotline")
    yield session
    session.close()


def test_only_the_events_named_are_sent(listener: Manager) -> None:
    listener.send(
        Action="Originate",
        Channel="Local/1@hotline_in",
        Application="Wait",
        Data="0",
        Async="true",
        ActionID="o1",
    )
    heard: set[str] = set()
    for wanted in (
        "Newchannel",
        "LocalBridge",
        "UserEvent",
        "OriginateResponse",
    ):  # the last two in either order
        if wanted not in heard:
            heard |= {found["Event"] for found in listener.until(f"Event: {wanted}") if "Event" in found}
    assert heard <= set(LISTENED)


def test_lists_are_answered_whatever_the_filter(listener: Manager) -> None:
    for action, item in (("QueueStatus", "QueueParams"), ("CoreShowChannels", "CoreShowChannelsComplete")):
        listener.send(Action=action, ActionID="list")
        assert item in {message.get("Event") for message in listener.until("EventList: Complete")}


@pytest.mark.parametrize(
    "action", ["Command", "Reload", "GetConfig", "UpdateConfig", "ModuleLoad", "DBPut", "PJSIPShowAuths"]
)
def test_the_listener_may_not_touch_the_machine(listener: Manager, action: str) -> None:
    listener.send(
        Action=action, ActionID=action, Command="core show version", Filename="manager.conf", Module="cdr"
    )
    assert listener.until("Response: ")[-1]["Message"].startswith("Permission denied")


def test_no_account_of_the_rendered_file_may_run_or_change_anything(small_site: Site) -> None:
    text = render(small_site, deployment(Path("/srv/hotline")))["manager/00-base.conf"]
    accounts = [(header, body) for header, body in read(text) if header != "[general]"]
    assert [header for header, _ in accounts] == ["[hotline]"]
    granted = set(dict(accounts[0][1])["write"].split(","))
    assert not granted & {"system", "command", "config", "all", "dialplan", "agi", "dbput"}
