"""The calls of a phone are read from what SIPp wrote of its messages."""

from __future__ import annotations

import datetime as dt

from lab.sipp_messages import Message, messages, rung

LINE = "-----------------------------------------------"
TEXT = f"""{LINE} 2026-11-22 11:11:52.766086
UDP message received [941] bytes :

INVITE sip:t4001@127.0.0.41:34078 SIP/2.0
From: "7211" <sip:7211@127.0.0.1>;tag=47254750
Call-ID: one
CSeq: 28263 INVITE

v=0
o=BYE sip:nobody SIP/2.0
{LINE} 2026-11-22 11:11:52.800000
UDP message sent (240 bytes):

SIP/2.0 180 Ringing
Call-ID: one
CSeq: 28263 INVITE

{LINE} 2026-11-22 11:11:53.000000
UDP message sent (240 bytes):

SIP/2.0 200 OK
Call-ID: one
CSeq: 28263 INVITE

"""
BEGAN = dt.datetime(2026, 11, 22, 11, 11, 52, 766086, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def test_messages_have_their_moment_direction_and_call() -> None:
    first, ringing, answer = messages(TEXT, dt.UTC)
    assert first == Message(BEGAN, False, "INVITE sip:t4001@127.0.0.41:34078 SIP/2.0", "one", "INVITE")
    assert (ringing.sent, ringing.first) == (True, "SIP/2.0 180 Ringing")
    assert answer.at == BEGAN.replace(second=53, microsecond=0)


def test_the_clock_is_that_of_its_zone() -> None:
    east = dt.timezone(dt.timedelta(hours=8))
    assert next(messages(TEXT, east)).at == BEGAN - dt.timedelta(hours=8)


def call(*told: tuple[bool, str]) -> list[Message]:
    """One call's messages, a second apart; an answer is one to the invitation."""
    lines = [(False, "INVITE sip:t4001@127.0.0.1 SIP/2.0"), *told]
    return [
        Message(BEGAN + place * SECOND, sent, first, "one", "INVITE" if first.startswith("SIP") else "")
        for place, (sent, first) in enumerate(lines)
    ]


def moments(*told: tuple[bool, str]) -> tuple[float | None, float | None]:
    """When the one call was answered and ended, in seconds after its beginning."""
    (found,) = rung(call(*told))
    assert (found.account, found.began_at) == ("t4001", BEGAN)
    answered, ended = (at and (at - BEGAN).total_seconds() for at in (found.answered_at, found.ended_at))
    return answered, ended


RINGING, OK, BYE = (True, "SIP/2.0 180 Ringing"), (True, "SIP/2.0 200 OK"), (False, "BYE sip:a SIP/2.0")


def test_a_call_is_answered_by_its_first_ok_and_ended_by_a_bye_from_either_side() -> None:
    assert moments(RINGING, OK, OK, BYE) == (2.0, 4.0)
    assert moments(OK, (True, "BYE sip:b SIP/2.0")) == (1.0, 2.0)


def test_a_call_that_nobody_answers_ends_when_it_is_cancelled_or_refused() -> None:
    assert moments(RINGING, (False, "CANCEL sip:a SIP/2.0"), (True, "SIP/2.0 487 Request Terminated")) == (
        None,
        2.0,
    )
    assert moments((True, "SIP/2.0 486 Busy Here")) == (None, 1.0)


def test_who_passes_the_caller_on_is_done_then() -> None:
    assert moments(OK, (True, "REFER sip:b SIP/2.0"), BYE) == (1.0, 2.0)


def test_an_invitation_sent_again_is_the_same_call_and_other_requests_are_none() -> None:
    told = call(OK)
    options = Message(BEGAN, False, "OPTIONS sip:t4001@127.0.0.1 SIP/2.0", "two", "OPTIONS")
    assert len(rung([told[0], *told, options])) == 1


def test_of_nothing_written_there_are_no_messages() -> None:
    assert list(messages("")) == []
