"""Every action that goes out is exactly the one that was meant."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami import actions
from ami.actions import MAX_HEADERS, MAX_LINE, ActionRefused, encode
from callcenter.errors import HotlineError

NAMES = st.text(max_size=12) | st.sampled_from(
    ["Channel", "Variable", "ActionID", "x: y", "A\r\nAction", "Ä"]
)
HOSTILE = st.sampled_from(
    ["a\r\nAction: System", "x\nCommand: id", "\r", "\0", "", " ", "王", "\ud800", "x" * 1100]
)
VALUES = st.text(max_size=30) | HOSTILE
FIELDS = st.dictionaries(NAMES, VALUES | st.lists(VALUES, max_size=4), max_size=6)


def as_asterisk_reads(sent: bytes) -> list[tuple[str, str]]:
    """Headers by manager.c's rules: a line ends at LF, with or without CR; an empty line ends the action."""
    *lines, last, rest = sent.replace(b"\r\n", b"\n").split(b"\n")
    assert last == rest == b""
    return [tuple(line.decode().split(": ", 1)) for line in lines]  # type: ignore[misc]


@pytest.mark.req("SEC-2")
@given(st.text(max_size=20) | HOSTILE, FIELDS)
def test_one_call_gives_one_action_or_a_clear_refusal(
    name: str, fields: dict[str, str | Sequence[str]]
) -> None:
    try:
        sent = encode(name, fields, "hotline-1")
    except HotlineError as error:
        assert "\n" not in str(error)
        return
    flat = [
        (key, one) for key, value in fields.items() for one in ([value] if isinstance(value, str) else value)
    ]
    assert as_asterisk_reads(sent) == [("Action", name), ("ActionID", "hotline-1"), *flat]


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize("mark", ["\r", "\n", "\r\n", "\0"])
def test_line_ends_and_nul_are_refused_in_every_value(mark: str) -> None:
    for fields in ({"Channel": f"a{mark}b"}, {"Variable": ["x=1", f"y={mark}"]}):
        with pytest.raises(ActionRefused):
            encode("Setvar", fields, "1")
    with pytest.raises(ActionRefused):
        encode(f"Ping{mark}Action: System", {}, "1")


@pytest.mark.parametrize("name", ["", "A:", "A: b\r\nC", "A b", "1", "Ä", "action", "ActionID"])
def test_header_names_that_could_be_something_else_are_refused(name: str) -> None:
    with pytest.raises(ActionRefused):
        encode("Ping", {name: "x"}, "1")


def test_a_sequence_is_a_repeated_header() -> None:
    assert encode("Originate", {"Variable": ["A=1", "B=2"]}, "7") == (
        b"Action: Originate\r\nActionID: 7\r\nVariable: A=1\r\nVariable: B=2\r\n\r\n"
    )


def test_a_line_longer_than_asterisk_reads_is_refused() -> None:
    longest = "x" * (MAX_LINE - len("Value: "))
    assert longest.encode() in encode("Setvar", {"Value": longest}, "1")
    with pytest.raises(ActionRefused):
        encode("Setvar", {"Value": longest + "x"}, "1")


def test_more_headers_than_asterisk_reads_are_refused() -> None:
    encode("Originate", {"Variable": ["A=1"] * (MAX_HEADERS - 2)}, "1")
    with pytest.raises(ActionRefused):
        encode("Originate", {"Variable": ["A=1"] * (MAX_HEADERS - 1)}, "1")


BUILT = {
    "Ping": actions.ping(),
    "CoreStatus": actions.core_status(),
    "CoreShowChannels": actions.show_channels(),
    "Status": actions.status(["HL_CALL", "HL_AGENT"]),
    "QueueStatus": actions.queue_status("support"),
    "DeviceStateList": actions.device_states(),
    "QueueAdd": actions.queue_add("support", "Local/1@agents/n", member_name="1", state_interface="PJSIP/1"),
    "QueueRemove": actions.queue_remove("support", "Local/1@agents/n"),
    "QueuePause": actions.queue_pause("Local/1@agents/n", paused=True, reason="lunch"),
    "Originate": actions.originate(
        "PJSIP/1",
        context="c",
        exten="s",
        channel_id="id-1",
        caller_id="<1>",
        seconds=20,
        variables={"A": "1"},
    ),
    "Hangup": actions.hangup("PJSIP/1-1"),
    "Redirect": actions.redirect("PJSIP/1-1", context="c", exten="s"),
    "MixMonitor": actions.mixmonitor("PJSIP/1-1", "/spool/.part/call-1.sln", "bDi(MMID)"),
    "StopMixMonitor": actions.stop_mixmonitor("PJSIP/1-1", "0x1"),
    "Setvar": actions.setvar("PJSIP/1-1", "HL_NEXT", "queue"),
    "Reload": actions.reload("app_queue"),
}


@pytest.mark.parametrize("name", BUILT)
def test_every_builder_gives_an_action_that_can_be_sent(name: str) -> None:
    assert BUILT[name].name == name
    assert encode(*BUILT[name], "1").count(b"\r\n\r\n") == 1


@pytest.mark.req("SEC-2")
def test_there_is_no_way_to_a_shell() -> None:
    assert not {"command", "system", "config"} & {name.lower() for name in vars(actions)}
    for action in BUILT.values():
        assert not {"Command", "Application", "Data"} & set(action.fields)


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize("file", ["a,b,touch /tmp/x", "a b", 'a"', "a\\", "", "a\n"])
def test_a_recording_cannot_carry_a_command(file: str) -> None:
    with pytest.raises(ActionRefused):
        actions.mixmonitor("PJSIP/1-1", file, "bD")
    with pytest.raises(ActionRefused):
        actions.mixmonitor("PJSIP/1-1", "a.sln", f"b{file or ','}")


@pytest.mark.parametrize("variable", ["SHELL(id)", "A=1,B", "A,B", "", "A\n", "${X}"])
def test_only_plain_variables_are_set(variable: str) -> None:
    with pytest.raises(ActionRefused):
        actions.setvar("PJSIP/1-1", variable, "x")
    with pytest.raises(ActionRefused):
        actions.status([variable])
