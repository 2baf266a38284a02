"""The ledger's lines in the domain's words, whatever is in them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami.ledger import parse_cel, parse_queue_log
from callcenter.events import (
    AgentAnswered,
    CameToCall,
    Consulted,
    LegEnded,
    LegStarted,
    LineTold,
    QueueExited,
    QueueJoined,
    QueueRefused,
    Transferred,
)
from callcenter.ledger_format import CEL_EVENTS

FOLDER = Path(__file__).parents[1] / "transcripts/journey"
ROWS = [row for path in sorted(FOLDER.glob("*/cel.csv")) for row in path.read_bytes().splitlines()]
LINES = [line for path in sorted(FOLDER.glob("*/queue_log")) for line in path.read_bytes().splitlines()]
QUIET = ("CHAN_END", "LINKEDID_END", "LOCAL_OPTIMIZE")
AT = dt.datetime(2026, 11, 22, 1, 55, 41, tzinfo=dt.UTC)


def row(kind: str, caller: bytes = b"139", extra: bytes = b"") -> bytes:
    head = f'"{kind}","1795312541.579019","u1","u1","PJSIP/e1-0","'.encode()
    return head + caller + b'","","4001","hotline_in","","","","","' + extra + b'"'


def test_every_captured_row_tells_something_but_the_ends_that_say_no_more_than_the_hang_up() -> None:
    known = [line for line in ROWS if b"holding_bridge" not in line]
    silent = {line.split(b",")[0].strip(b'"').decode() for line in known if parse_cel(line) is None}
    assert silent == set(QUIET)
    assert {line.split(b",")[0].strip(b'"').decode() for line in ROWS} <= set(CEL_EVENTS)


def test_a_channel_start_keeps_its_microseconds() -> None:
    started = parse_cel(row("CHAN_START"))
    at = AT.replace(microsecond=579019)
    assert started == LegStarted(at, "cel", "u1", "u1", "PJSIP/e1-0", "139", "4001", "hotline_in")


def test_a_hang_up_tells_its_cause_and_who_began_it() -> None:
    ended = parse_cel(row("HANGUP", extra=b'{""hangupcause"":16,""hangupsource"":""dialplan/builtin""}'))
    assert isinstance(ended, LegEnded)
    assert (ended.cause, ended.by) == (16, "dialplan/builtin")


def test_the_parking_bridge_joins_nobody() -> None:
    extra = b'{""bridge_id"":""b"",""bridge_technology"":""holding_bridge""}'
    assert parse_cel(row("BRIDGE_ENTER", extra=extra)) is None


@pytest.mark.req("CALL-1")
def test_transfers_to_nobody_in_particular_are_not_one_call() -> None:
    channels = {"channel2": "u1", "transferee_channel": "u2", "transfer_target_channel": "N/A"}
    extra = json.dumps({f"{name}_uniqueid": value for name, value in channels.items()})
    transferred = parse_cel(row("ATTENDEDTRANSFER", extra=extra.replace('"', '""').encode()))
    assert isinstance(transferred, Transferred)
    assert transferred.names() == ("u1", "u1", "u2", "u1", None)


@pytest.mark.req("CALL-3")
def test_whom_hotline_brings_to_a_call_is_of_that_call() -> None:
    told = row("USER_DEFINED", extra=b'{""extra"":""pbx-7""}').replace(b'"","","{', b'"HL_JOIN","","{')
    came = parse_cel(told)
    assert isinstance(came, CameToCall)
    assert came.names() == ("u1", "u1", "pbx-7")
    assert parse_cel(row("USER_DEFINED", extra=b'{""extra"":""main""}')) is None


def test_a_seat_that_consults_says_so_itself() -> None:
    told = row("USER_DEFINED", extra=b'{""extra"":""""}').replace(b'"","","{', b'"HL_CONSULT","","{')
    consulted = parse_cel(told)
    assert isinstance(consulted, Consulted)
    assert consulted.names() == ("u1", "u1")


@pytest.mark.req("GW-2")
@pytest.mark.parametrize(
    ("extra", "caller", "dialled"),
    [
        (b"02155550001/02150001001", "02155550001", "02150001001"),
        (b"/8191", None, "8191"),
        (b"/", None, None),
    ],
)
def test_an_analog_line_tells_who_calls_and_what_was_dialled(
    extra: bytes, caller: str | None, dialled: str | None
) -> None:
    told = row("USER_DEFINED", extra=b'{""extra"":""%s""}' % extra).replace(b'"","","{', b'"HL_LINE","","{')
    line = parse_cel(told)
    assert isinstance(line, LineTold)
    assert (line.caller, line.exten) == (caller, dialled)


@pytest.mark.req("GW-2")
@pytest.mark.parametrize(("channel", "by"), [(b"DAHDI/63-1", "DAHDI/63-1"), (b"DAHDI/i1/4001-2", None)])
def test_who_is_heard_to_be_gone_by_a_lines_busy_tone_has_hung_up(channel: bytes, by: str | None) -> None:
    heard = row("HANGUP", extra=b'{""hangupcause"":16,""hangupsource"":""""}').replace(b"PJSIP/e1-0", channel)
    ended = parse_cel(heard)
    assert isinstance(ended, LegEnded)
    assert ended.by == by


@pytest.mark.parametrize(
    "name",
    ["张三".encode(), "张三".encode("gb18030"), b'""hi"", you', b"a|b;c\\", b"\xff\x00", b"'; DROP TABLE"],
)
def test_any_name_a_caller_gives_himself_survives(name: bytes) -> None:
    started = parse_cel(row("CHAN_START", caller=name))
    assert isinstance(started, LegStarted)
    assert started.exten == "4001"


@given(st.sampled_from(ROWS), st.integers(0, 400))
def test_a_torn_row_tells_nothing_until_it_is_whole(line: bytes, length: int) -> None:
    assert length >= len(line) or parse_cel(line[:length]) is None


@given(st.binary())
def test_any_bytes_are_survived(line: bytes) -> None:
    parse_cel(line)
    parse_queue_log(line)
    parse_cel(row("HANGUP", extra=line))
    parse_queue_log(b"1795312541|u1|sales|1001|CONNECT|" + line)


@given(st.sampled_from(LINES), st.integers(0, 100))
def test_a_torn_line_of_queue_log_is_survived(line: bytes, length: int) -> None:
    parse_queue_log(line[:length])


def test_the_lines_of_a_queue() -> None:
    lines = [
        b"1795312541|u1|sales|NONE|ENTERQUEUE||139|2",
        b"1795312541|u1|sales|1001|CONNECT|0|l1|0",
        b"1795312541|u1|sales|NONE|EXITWITHKEY|9|1|1|1",
        b"1795312541|u1|sales|NONE|REFUSED|FULL|1795312541.250001",
        b"1795312541|u1|sales|NONE|REFUSED|JOINEMPTY",
        b"1795312541|u1|sales|NONE|REFUSED|JOINEMPTY|17953",
    ]
    assert [parse_queue_log(line) for line in lines] == [
        QueueJoined(AT, "queue_log", "u1", None, "sales", 2),
        AgentAnswered(AT, "queue_log", "u1", None, "sales", "1001", "l1"),
        QueueExited(AT, "queue_log", "u1", None, "sales", "key", "9"),
        QueueRefused(AT.replace(microsecond=250_001), "queue_log", "u1", None, "sales", "full"),
        QueueRefused(AT, "queue_log", "u1", None, "sales", "nobody"),
        QueueRefused(AT, "queue_log", "u1", None, "sales", "nobody"),
    ]


def test_lines_about_members_are_none_of_a_calls_business() -> None:
    assert parse_queue_log(b"1795312541|MANAGER|sales|1001|ADDMEMBER|") is None
    assert parse_queue_log(b"1795313059|NONE|NONE|NONE|QUEUESTART|") is None
