"""When a caller does not get into a queue, or has to leave it, because nobody can answer."""

from __future__ import annotations

import pytest

from callcenter.site import Site
from tests.dialplan_templates.conftest import Boot
from tests.dialplan_templates.throwaway import Asterisk, Manager

pytestmark = [pytest.mark.asterisk, pytest.mark.req("RT-4")]
DIALPLAN = """
[hotline_in]
exten => _[a-z].,1,Queue(${EXTEN},,,,2)
 same => n,UserEvent(Left,Status: ${QUEUESTATUS})
[agents]
exten => 1001,1,Wait(20)
"""
PHONE = "Local/1001@agents/n"


@pytest.fixture(scope="module")
def asterisk(boot: Boot, small_site: Site) -> Asterisk:
    return boot(small_site, {"extensions/00-base.conf": DIALPLAN})


def call(session: Manager, queue: str) -> None:
    session.send(
        Action="Originate", Channel=f"Local/{queue}@hotline_in", Application="Wait", Data="9", Async="true"
    )


def left(session: Manager) -> str:
    return session.until("UserEvent: Left")[-1]["Status"]


def add(session: Manager, queue: str, interface: str, paused: str = "false") -> None:
    session.send(Action="QueueAdd", Queue=queue, Interface=interface, Paused=paused)
    session.until("Response: Success")


def test_nobody_logged_in_sends_the_caller_on_at_once(asterisk: Asterisk) -> None:
    session = asterisk.manager("hotline")
    call(session, "vip")
    assert left(session) == "JOINEMPTY"
    session.close()


def test_a_phone_that_is_gone_counts_as_nobody(asterisk: Asterisk) -> None:
    session = asterisk.manager("hotline")
    add(session, "support", "PJSIP/desk_one")
    call(session, "support")
    assert left(session) == "JOINEMPTY"
    session.close()


def test_an_agent_on_a_break_is_worth_waiting_for_until_he_leaves(asterisk: Asterisk) -> None:
    session = asterisk.manager("hotline")
    add(session, "sales", PHONE, paused="true")
    call(session, "sales")
    session.until("Event: QueueCallerJoin")
    session.send(Action="QueueRemove", Queue="sales", Interface=PHONE)
    assert left(session) == "LEAVEEMPTY"
    session.close()
