"""Commands out, replies in: whatever stands in a value, Asterisk reads one command with that value."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi import outcomes, protocol
from tests.fakes.asterisk_agi import arguments

HOSTILE = st.text(
    st.one_of(st.sampled_from("\"\\,()[]{}$&|=; '`\t"), st.characters(codec="utf-8")), max_size=60
).filter(lambda text: not set(text) & set("\r\n\0"))


def as_application_sees(text: str) -> list[str]:
    """A model of Asterisk's ``ast_app_separate_args`` for a comma."""
    found, part, depth, quoted, characters = [], "", 0, False, iter(text)
    for character in characters:
        if character == "\\":
            part += next(characters, "")
        elif character == '"':
            quoted = not quoted
        elif character == "," and not depth and not quoted:
            found.append(part)
            part = ""
        else:
            depth += (character in "([") - (character in ")]" and depth > 0)
            part += character
    return [*found, part]


@pytest.mark.req("SEC-2")
@given(HOSTILE.filter(bool))
def test_a_quoted_value_arrives_as_one_argument(value: str) -> None:
    line = protocol.command("VERBOSE", [value, 1]).decode()
    assert line.count("\n") == 1
    assert arguments(line) == ["VERBOSE", value, "1"]


@pytest.mark.req("SEC-2")
@given(st.lists(HOSTILE, min_size=1, max_size=40))
def test_assigned_values_arrive_as_they_are_and_make_no_other_variable(values: list[str]) -> None:
    wanted = {f"HL_{number}": value for number, value in enumerate(values)}
    found = {}
    for batch in protocol.assignments(wanted):
        line = protocol.command("EXEC MSet", [batch]).decode()
        pairs = as_application_sees(arguments(line)[2])
        assert len(pairs) <= protocol.MOST_PAIRS
        found.update(pair.split("=", 1) for pair in pairs)
    assert found == wanted


def test_many_long_values_are_spread_over_commands_asterisk_can_read() -> None:
    wanted = {f"HL_{number}": '"' * 300 for number in range(10)}
    batches = list(protocol.assignments(wanted))
    assert len(batches) > 1
    for batch in batches:
        assert len(protocol.command("EXEC MSet", [batch])) <= 2047


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize("end", ["\r", "\n", "\0"])
def test_line_ends_and_nul_are_refused(end: str) -> None:
    with pytest.raises(outcomes.Unsendable):
        protocol.command("VERBOSE", [f"a{end}EXEC System rm"])
    with pytest.raises(outcomes.Unsendable):
        protocol.command("EXEC MSet", list(protocol.assignments({"A": f"x{end}y"})))


@pytest.mark.parametrize("name", ["SHELL(x)", "A,B", "A=B", "", " A", "${A}", "A\n"])
def test_a_variables_name_can_be_no_function(name: str) -> None:
    with pytest.raises(outcomes.Unsendable):
        list(protocol.assignments({name: "x"}))


@pytest.mark.parametrize("value", ["x" * 2100, "\ud800"])
def test_what_asterisk_could_not_read_is_never_sent(value: str) -> None:
    with pytest.raises(outcomes.Unsendable):
        protocol.command("VERBOSE", [value])


@pytest.mark.parametrize("files", [[], [""], ["a&b"], ["a", ""]])
def test_a_prompt_list_needs_plain_names(files: list[str]) -> None:
    with pytest.raises(outcomes.Unsendable):
        protocol.file_list(files)


@pytest.mark.parametrize(
    ("line", "value", "note"),
    [
        (b"200 result=0", "0", ""),
        (b"200 result=1", "1", ""),
        (b"200 result=12 (timeout)", "12", "timeout"),
        (b"200 result= (timeout)", "", "timeout"),
        (b"200 result=", "", ""),
        (b"200 result=#", "#", ""),
        (b"200 result=1 (a (b) c)", "1", "a (b) c"),
        ("200 result=1 (客服)".encode(), "1", "客服"),
        (b"200 result=1 (\xff\xfe)", "1", "��"),
    ],
)
def test_a_reply_gives_value_and_note(line: bytes, value: str, note: str) -> None:
    assert protocol.reply(line)["result"] == (value, note)


def test_a_note_that_looks_like_a_result_is_not_one() -> None:
    assert protocol.reply(b"200 result=1 (result=-1 (hangup))")["result"] == ("1", "result=-1 (hangup)")


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (b"200 result=-1 (hangup)", outcomes.HungUp),
        (b"511 Command Not Permitted on a dead channel or intercept routine", outcomes.HungUp),
        (b"200 result=-1", outcomes.CommandFailed),
        (b"200 result=-1 endpos=0", outcomes.CommandFailed),
        (b"200 result=-2", outcomes.CommandFailed),
        (b"510 Invalid or unknown command", outcomes.UnknownCommand),
        (b"520 Invalid command syntax.  Proper usage not available.", outcomes.UsageError),
        (b"200 nonsense", outcomes.OutOfStep),
        (b"", outcomes.OutOfStep),
        (b"\xff", outcomes.OutOfStep),
    ],
)
def test_each_refusal_has_its_outcome(line: bytes, outcome: type[outcomes.Outcome]) -> None:
    with pytest.raises(outcome):
        protocol.reply(line)


@given(st.binary(max_size=80).filter(lambda line: b"\n" not in line))
def test_any_line_is_a_reply_or_an_outcome(line: bytes) -> None:
    with suppress(outcomes.Outcome):
        assert "result" in protocol.reply(line)


LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=20)
LINES = st.dictionaries(st.from_regex(r"agi_[b-z_]{1,4}", fullmatch=True), LINE, max_size=8)


@given(LINES, st.lists(LINE, max_size=4))
def test_a_request_gives_what_each_line_says(values: dict[str, str], arguments: list[str]) -> None:
    numbered = {f"agi_arg_{number}": value for number, value in enumerate(arguments, 1)}
    lines = [f"{name}: {value}" for name, value in {**values, **numbered}.items()]
    request = protocol.Request("\n".join(lines).encode())
    assert {name: request.get(name) for name in values} == values
    assert request.arguments == tuple(arguments)
    assert request.get("agi_absent") == ""


@given(st.binary(max_size=200))
def test_any_request_is_read_or_refused(head: bytes) -> None:
    with suppress(outcomes.OutOfStep):
        protocol.Request(head).get("agi_channel")


@pytest.mark.parametrize(
    "head",
    [
        b"agi_arg_1: guess\nagi_callerid: 1\nagi_arg_1: token",
        b"agi_arg_1: token\nagi_arg_1: token",
        b"agi_arg_2: id\nagi_arg_1: token",
        b"agi_arg_1: token\nagi_callerid: 1",
        b"agi_arg_1",
        b"agi_network_script: ivr\nagi_network_script: ping\nagi_arg_1: token",
    ],
)
def test_a_request_that_could_be_read_in_two_ways_is_refused(head: bytes) -> None:
    with pytest.raises(outcomes.OutOfStep):
        protocol.Request(head)


def test_a_line_that_comes_twice_has_no_value() -> None:
    request = protocol.Request(b"agi_callerid: 1\nagi_language: zh\nagi_callerid: 2")
    assert request.get("agi_language") == "zh"
    with pytest.raises(outcomes.OutOfStep):
        request.get("agi_callerid")
