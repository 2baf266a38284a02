"""A phone's packets: even pace, keys by RFC 4733, and whatever arrives."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab import g711, rtp

DIGITS = st.text(alphabet=rtp.KEYS, min_size=1, max_size=8)


def voice(plan: list[tuple[int, str]] | None = None) -> rtp.Voice:
    return rtp.Voice("alaw", rtp.talk("alaw", 440), ssrc=7, plan=deque(plan or []))


def packets(speaker: rtp.Voice, ticks: int) -> list[rtp.Packet]:
    found = [rtp.parse(data) for _ in range(ticks) for data in speaker.next()]
    return [packet for packet in found if packet]


def test_sound_goes_out_as_one_packet_a_tick() -> None:
    sent = packets(voice(), 100)
    assert [packet.sequence for packet in sent] == list(range(1, 101))
    assert [packet.timestamp for packet in sent] == [160 * tick for tick in range(100)]
    assert b"".join(packet.payload for packet in sent[:50]) == b"".join(rtp.talk("alaw", 440))


def test_a_key_is_held_for_a_hundred_milliseconds_and_ends_three_times() -> None:
    events = [packet for packet in packets(voice([(3, "5")]), 20) if packet.payload_type == rtp.EVENT_TYPE]
    assert {packet.timestamp for packet in events} == {3 * 160}
    assert [packet.payload.hex() for packet in events] == [
        "050a00a0", "050a0140", "050a01e0", "050a0280", "058a0320", "058a0320", "058a0320",
    ]  # fmt: skip


@given(digits=DIGITS)
def test_keys_pressed_are_the_keys_heard(digits: str) -> None:
    speaker, ear = voice(), rtp.Ear("alaw")
    speaker.press(digits)
    for packet in packets(speaker, 10 * len(digits) + 1):
        ear.take(packet, 0.0)
    assert "".join(ear.keys) == digits


def test_sequence_and_time_wrap_around_as_numbers_on_the_wire_do() -> None:
    speaker = voice()
    speaker.sequence, speaker._tick = 0xFFFE, 2**32 // 160
    sent = packets(speaker, 3)
    assert [packet.sequence for packet in sent] == [0xFFFF, 0, 1]
    assert sent[-1].timestamp < 1000


@given(data=st.binary(max_size=60))
def test_no_datagram_breaks_the_ear(data: bytes) -> None:
    ear = rtp.Ear("alaw")
    if packet := rtp.parse(data):
        ear.take(packet, 0.0)
    assert len(ear.sound) <= 60


def test_header_extension_sources_and_padding_are_not_sound() -> None:
    head = bytes([0xB1, 8]) + bytes(10) + b"\0\0\0\1" + b"\xbe\xde\0\1" + b"ext!"
    packet = rtp.parse(head + b"sound" + b"\0\0\3")
    assert packet is not None
    assert packet.payload == b"sound"


def test_a_hole_in_what_was_heard_stays_a_hole() -> None:
    ear = rtp.Ear("alaw")
    frame = rtp.Packet(8, 1, 0, b"\x01" * rtp.FRAME)
    for seconds in (0.0, 0.02, 0.051, 1.0):
        ear.take(frame, seconds)
    assert len(ear.sound) == pytest.approx(8160, abs=1)
    assert ear.sound.count(g711.SILENCE["alaw"]) == 8000 - 3 * rtp.FRAME
    assert ear.seamless == frame.payload * 4
