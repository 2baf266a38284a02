"""What no record can be made of is set aside, and costs no other event and no other call."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from ami.protocol import Message
from schema.session import engine_for, session_factory
from tests.ami.expected_rows import WHOLE, expected, sqlite
from tests.ami.following import Following, tables
from tests.ami.ledgers import Ledgers
from tests.callcenter.captured_calls import FOLDER
from tests.databases import Sessions

SPOILED = {
    "a phone that is none": b'"CHAN_START","%s","pbx1-9.9","%s","PJSIP","","","","in","","","","",""',
    "a cause that is none": b'"HANGUP","%s","pbx1-9.9","%s","PJSIP/e1-9","","","","in","","","","",'
    b'"{""hangupcause"":null}"',
    "a bridge that is none": b'"BRIDGE_ENTER","%s","pbx1-9.9","%s","PJSIP/e1-9","","","","in","","","","",'
    b'"{""bridge_id"":[]}"',
}


@pytest.mark.req("P2")
@pytest.mark.parametrize("spoiled", SPOILED)
def test_an_event_that_spoils_its_call_is_set_aside_and_costs_nothing_else(
    spoiled: str, sessions: Sessions, ledgers: Ledgers
) -> None:
    for name in WHOLE:
        ledgers.write(name)
    lines = ledgers.cel.read_bytes().splitlines()
    whole = []
    for line in lines:
        whole.append(line)
        if line.startswith(b'"CHAN_START"'):
            fields = line.split(b'"')
            whole.append(SPOILED[spoiled].replace(b"9.9", fields[5]) % (fields[3], fields[7]))
    ledgers.cel.write_bytes(b"\n".join(whole) + b"\n")
    following = Following(sessions, ledgers)
    for name in WHOLE:
        following.hear((FOLDER / name / "ami.txt").read_bytes())
    with capture_logs() as logged:
        following.round()
        following.round()
    assert tables(sessions) == expected(WHOLE, manager=True)
    said = "ledger.line_set_aside" if spoiled == "a cause that is none" else "event.set_aside"
    assert {entry["event"] for entry in logged} == {said}
    if said == "event.set_aside":
        assert {entry["call"] for entry in logged} >= {call[0] for call in tables(sessions)["calls"]}


def test_a_manager_event_that_spoils_its_call_is_set_aside_with_the_calls_id(
    sessions: Sessions, ledgers: Ledgers
) -> None:
    """Before the ledger tells better, and with a handler that fails at each event."""
    stream = (FOLDER / "survey" / "ami.txt").read_bytes()
    odd = b"Event: Newchannel\r\nTimestamp: 1795313835.9\r\nChannel: PJSIP\r\nUniqueid: pbx1-9\r\n"
    odd += b"Linkedid: pbx1-1795313835.0\r\n\r\n"
    following = Following(sessions, ledgers)

    def fail(message: Message) -> None:
        raise LookupError(message.event)

    following.listener.on("Newchannel", fail)
    following.hear(stream + odd + odd.replace(b"pbx1-9", b"pbx1-10"))
    with capture_logs() as logged:
        following.round()
    plain = Following(sqlite(ledgers.folder), ledgers)
    plain.hear(stream)
    plain.round()
    assert tables(sessions) == tables(session_factory(engine_for(f"sqlite:///{ledgers.folder}/hotline.db")))
    spoilers = [entry for entry in logged if entry.get("kind") == "LegStarted"]
    assert [(entry["event"], entry["call"]) for entry in spoilers] == 2 * [
        ("event.set_aside", "pbx1-1795313835.0")
    ]
    assert {entry["call"] for entry in logged if entry.get("kind") == "Newchannel"} >= {"pbx1-1795313835.0"}


def test_a_cancel_is_no_fault_of_an_event(sessions: Sessions, ledgers: Ledgers) -> None:
    following = Following(sessions, ledgers)

    def cancel(message: Message) -> None:
        raise asyncio.CancelledError

    following.listener.on("Newchannel", cancel)
    following.hear((FOLDER / "survey" / "ami.txt").read_bytes())
    with pytest.raises(asyncio.CancelledError):
        following.round()
