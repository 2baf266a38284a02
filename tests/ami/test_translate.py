"""Manager events in the domain's words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami.protocol import AmiStream
from ami.translate import EVENTS, WANTED, translate
from callcenter.events import BridgeEntered, LegAnswered, LegStarted, Transferred
from callcenter.manager_events import LISTENED

FOLDER = Path(__file__).parents[1] / "transcripts/journey"
STREAM = b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*/ami.txt")))
MESSAGES = [message for message in AmiStream(WANTED).feed(STREAM) if message.event]
WHO = {"Timestamp": "1795312565.279769", "Uniqueid": "pbx1-1795312565.0", "Linkedid": "pbx1-1795312565.0"}
AT = dt.datetime(2026, 11, 22, 1, 56, 5, 279769, tzinfo=dt.UTC)


def test_every_event_translated_is_listened_to() -> None:
    assert set(LISTENED) >= WANTED


def test_every_kind_is_among_the_captured_calls_and_all_of_it_translates() -> None:
    assert {message.event for message in MESSAGES} == WANTED
    joined = [message for message in MESSAGES if message.get("BridgeTechnology") != "holding_bridge"]
    silent = {message.event for message in joined if translate(message) is None}
    assert silent == {"Newstate"}


def test_a_new_channel_tells_who_calls_which_number() -> None:
    message = {
        "Event": "Newchannel",
        "Channel": "PJSIP/e1-00000000",
        "CallerIDNum": "139",
        "Exten": "4001",
        **WHO,
    }
    wanted = LegStarted(AT, "ami", WHO["Uniqueid"], WHO["Linkedid"], "PJSIP/e1-00000000", "139", "4001", None)
    assert translate(message) == wanted


def test_unknown_numbers_and_the_start_extension_are_nothing() -> None:
    message = {"Event": "Newchannel", "Channel": "PJSIP/seat8001-1", "CallerIDNum": "<unknown>", "Exten": "s"}
    started = translate(message | WHO)
    assert isinstance(started, LegStarted)
    assert (started.caller, started.exten) == (None, None)


def test_only_the_state_up_is_an_answer() -> None:
    states = [translate({"Event": "Newstate", "ChannelState": state, **WHO}) for state in ("4", "5", "6")]
    assert states == [None, None, LegAnswered(AT, "ami", WHO["Uniqueid"], WHO["Linkedid"])]


def test_the_parking_bridge_joins_nobody() -> None:
    message = {"Event": "BridgeEnter", "BridgeUniqueid": "b1", **WHO}
    assert translate(message | {"BridgeTechnology": "holding_bridge"}) is None
    assert isinstance(translate(message | {"BridgeTechnology": "simple_bridge"}), BridgeEntered)


def test_an_attended_transfer_names_all_its_channels() -> None:
    """By keys the agent's own leg is the second as well."""
    events = [translate(message) for message in MESSAGES]
    found = [event for event in events if isinstance(event, Transferred) and event.second]
    assert [len({one.uniqueid, one.second, one.transferee, one.target}) for one in found] == [4, 3]


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_a_message_without_its_headers_tells_nothing(name: str) -> None:
    assert translate({"Event": name}) is None


@given(st.sampled_from(MESSAGES), st.text())
def test_a_hostile_value_anywhere_never_fails(message: dict[str, str], value: str) -> None:
    for name in message:
        if name != "Event":
            translate({**message, name: value})
