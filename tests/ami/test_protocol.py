"""The wire: every way to cut a captured stream, every byte a hostile caller can send."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ami.protocol import MAX_MESSAGE, AmiStream, Message, MessageTooLong, decode, parse

TRANSCRIPT = (Path(__file__).parents[1] / "transcripts/queue_calls.ami").read_bytes()
WANTED = {
    "VarSet",
    "Newexten",
    "Newchannel",
    "Hangup",
    "BridgeEnter",
    "AgentConnect",
    "QueueCallerJoin",
    "FullyBooted",
}


def messages(*chunks: bytes, wanted: set[str] = WANTED) -> list[Message]:
    stream = AmiStream(wanted)
    return [message for chunk in chunks for message in stream.feed(chunk)]


WHOLE = messages(TRANSCRIPT)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@given(st.lists(st.integers(0, len(TRANSCRIPT)), max_size=200))
def test_any_cut_of_a_real_stream_gives_the_same_messages_in_the_same_order(cuts: list[int]) -> None:
    found = messages(*pieces(TRANSCRIPT, cuts))
    assert found == WHOLE
    assert [message.repeated for message in found] == [message.repeated for message in WHOLE]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1448, 65536])
def test_any_size_of_read_gives_the_same_messages(size: int) -> None:
    chunks = [TRANSCRIPT[start : start + size] for start in range(0, len(TRANSCRIPT), size)]
    assert messages(*chunks) == WHOLE


def test_the_captured_calls_are_told_in_full() -> None:
    kinds = [message.event for message in WHOLE]
    assert kinds[:2] == ["", "FullyBooted"]
    counts = ("QueueCallerJoin", 2), ("AgentConnect", 2), ("Newchannel", 8), ("Hangup", 8), ("BridgeEnter", 8)
    assert [(kind, kinds.count(kind)) for kind, _ in counts] == list(counts)


def test_what_is_not_wanted_is_left_out_but_answers_pass_whatever_their_name() -> None:
    answers = messages(TRANSCRIPT, wanted=set())
    assert {"", "QueueMember", "QueueParams", "QueueStatusComplete"} <= {message.event for message in answers}
    assert all(message.action_id.startswith("capture-") for message in answers)


def test_no_event_is_lost_or_invented_by_the_filter() -> None:
    names = [raw[7:].split(b"\r\n")[0] for raw in TRANSCRIPT.split(b"\r\n\r\n") if raw.startswith(b"Event: ")]
    every = messages(TRANSCRIPT, wanted={name.decode() for name in names})
    assert [message.event.encode() for message in every if message.event] == names


def test_names_in_utf_8_and_gb18030_are_whole() -> None:
    names = {message["CallerIDName"] for message in WHOLE if message.event == "Newchannel"}
    steps = [message["AppData"] for message in WHOLE if message.event == "Newexten"]
    sources = [step.split(" <")[0] for step in steps if step.startswith("HL_FROM")]
    assert "王小明" in names
    assert sources == ['HL_FROM="王小明"', 'HL_FROM="欧阳春晓"']


def test_headers_in_two_encodings_in_one_message_are_each_read_right() -> None:
    message = parse(b"Event: A\r\nOne: " + "王小明".encode() + b"\r\nTwo: " + "欧阳".encode("gb18030"))
    assert message == {"Event": "A", "One": "王小明", "Two": "欧阳"}


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_text_of_either_encoding_comes_back(text: str) -> None:
    assert decode(text.encode()) == text
    gb18030 = text.encode("gb18030")
    assert decode(gb18030) in (text, gb18030.decode("utf-8", "replace"))


@given(st.binary())
def test_no_byte_of_a_value_is_lost_and_the_text_can_be_stored(value: bytes) -> None:
    text = decode(value)
    text.encode()
    escaped = value.decode("utf-8", "backslashreplace")
    assert text == escaped or text.encode("gb18030") == value or text == value.decode("gb18030")


LINES = st.binary(max_size=40) | st.sampled_from(
    [b"Event: Hangup", b"ActionID: 1", b"Response: Success", b"\n", b""]
)
LINES |= st.sampled_from([b"Asterisk Call Manager/11.0.0", b"Event: Other", b"\r", b"\n\nEvent: Hangup"])


@given(st.lists(LINES, max_size=20), st.integers(1, 50))
@example([b"", b"", b"", b"Asterisk Call Manager/11.0.0", b"Event: Hangup"], 1)
def test_hostile_bytes_never_break_the_stream(lines: list[bytes], size: int) -> None:
    hostile = b"Event: VarSet\r\n" + b"\r\n".join(lines) + b"\r\n\r\n"
    data = hostile + b"Event: Hangup\r\nUniqueid: 1\r\n\r\n"
    found = messages(*(data[start : start + size] for start in range(0, len(data), size)))
    assert found == messages(data)
    assert found[-1] == {"Event": "Hangup", "Uniqueid": "1"}


def test_a_repeated_header_keeps_every_value() -> None:
    message = parse(b"Event: A\r\nChanVariable: X=1\r\nName: n\r\nChanVariable: Y=2")
    assert message.all("ChanVariable") == ["X=1", "Y=2"]
    assert message["ChanVariable"] == "X=1"
    assert message.all("Name") == ["n"] and message.all("None") == []
    assert list(message) == ["Event", "ChanVariable", "Name"]


def test_a_line_that_is_no_header_is_kept() -> None:
    assert parse(b"Event: A\r\nnonsense\r\nB: c\r\nD:") == {"Event": "A", "": "nonsense", "B": "c", "D": ""}


def test_the_escapes_that_asterisk_puts_into_varset_are_undone() -> None:
    raw = b'Event: VarSet\r\nVariable: X\r\nValue: a\\?b\\"c\\\\n\\nd\\r\\n\\r\\nEvent: Hangup'
    assert parse(raw)["Value"] == 'a?b"c\\n\nd\r\n\r\nEvent: Hangup'
    assert parse(raw.replace(b"VarSet", b"Newexten"))["Value"].startswith("a\\?b")


def test_a_name_must_be_wanted_to_its_last_letter() -> None:
    for raw in (
        b"Event: HangupX",
        b"Event: Hangup2\r\nA: b",
        b"Event: Hangu\r\nA: b",
        b"xEvent: Hangup\r\nA: b",
    ):
        assert messages(b"Event: Hangup\r\n\r\n" + raw + b"\r\n\r\n") == [{"Event": "Hangup"}]


def test_stray_line_ends_between_messages_do_no_harm() -> None:
    assert messages(b"\r\n\r\n\r\nEvent: Hangup\r\nA: b\r\n\r\n\r\n\r\n") == [{"Event": "Hangup", "A": "b"}]


@pytest.mark.parametrize("size", [4096, 2 * MAX_MESSAGE])
@pytest.mark.parametrize("end", [b"\r\n\r\n", b""])
def test_a_message_beyond_the_limit_is_an_error_after_the_messages_before_it(size: int, end: bytes) -> None:
    data = b"Event: Hangup\r\n\r\nEvent: VarSet\r\nValue: " + b"x" * (MAX_MESSAGE + 10) + end
    stream, found = AmiStream(WANTED), []
    with pytest.raises(MessageTooLong):
        for start in range(0, len(data), size):
            for message in stream.feed(data[start : start + size]):
                found.append(message)  # noqa: PERF402  the error must not take it away
    assert found == [{"Event": "Hangup"}]


@pytest.mark.parametrize("size", [4096, 2 * MAX_MESSAGE])
def test_a_message_of_just_the_limit_passes(size: int) -> None:
    head = b"Event: VarSet\r\nValue: "
    data = head + b"x" * (MAX_MESSAGE - len(head)) + b"\r\n\r\n"
    [message] = messages(*(data[start : start + size] for start in range(0, len(data), size)))
    assert len(message["Value"]) == MAX_MESSAGE - len(head)
