"""SIP as text: what came is read whole, what goes out is read back the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab import sip_message as sip

INVITE = (
    b"INVITE sip:8001@127.0.0.22:5071 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bKPj1\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.9:5060;branch=z9hG4bKold\r\n"
    b'f: "139; <x>" <sip:139@127.0.0.1>;tag=abc\r\n'
    b"TO: <sip:8001@127.0.0.22>\r\n"
    b"CSeq: 1021 INVITE\r\n"
    b"i: one@host\r\n"
    b"\r\n"
    b"v=0\r\nc=IN IP4 127.0.0.5\r\nm=audio 41002 RTP/AVP 8 101\r\n"
)


def test_compact_and_upper_case_names_are_the_long_ones() -> None:
    read = sip.parse(INVITE)
    assert (read.status, read.method, read.branch) == (0, "INVITE", "z9hG4bKPj1")
    assert (read["call-id"], read["to"]) == ("one@host", "<sip:8001@127.0.0.22>")
    assert (sip.tag(read["from"]), sip.tag(read["to"])) == ("abc", "")
    assert sip.media_address(read.body) == ("127.0.0.5", 41002)


def test_every_via_is_kept_in_order() -> None:
    assert [via[-9:] for via in sip.parse(INVITE).headers["via"]] == ["z9hG4bKPj1"[-9:], "9hG4bKold"]


def test_a_response_tells_its_status_and_the_request_it_answers() -> None:
    read = sip.parse(b"SIP/2.0 486 Busy Here\r\nCSeq: 7 INVITE\r\n\r\n")
    assert (read.status, read.method, read["contact"]) == (486, "INVITE", "")


@given(st.binary(max_size=200))
def test_no_datagram_breaks_the_reader(data: bytes) -> None:
    sip.parse(data)


NAMES = st.sampled_from(["To", "From", "Call-ID", "CSeq", "Via", "Refer-To"])
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=6), st.text("abc=\n ", max_size=20))
def test_what_is_composed_is_read_back(headers: list[tuple[str, str]], body: str) -> None:
    read = sip.parse(sip.compose("BYE sip:a@b SIP/2.0", headers, body))
    assert read.start == "BYE sip:a@b SIP/2.0"
    assert read.body == body
    for name in {name for name, _ in headers}:
        assert read.headers[name.lower()] == [value for other, value in headers if other == name]
    assert read["content-length"] == str(len(body))


@pytest.mark.parametrize("lost", ["c=IN IP4 127.0.0.5\r\n", "m=audio 41002 RTP/AVP 8 101\r\n"])
def test_an_offer_without_sound_is_refused(lost: str) -> None:
    with pytest.raises(ValueError, match="no audio"):
        sip.media_address(sip.parse(INVITE).body.replace(lost, ""))


def test_a_digest_is_the_one_of_the_rfc() -> None:
    """RFC 2617, 3.5, whose client nonce is ours; and without qop."""
    asked = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9"'
    who = ("Mufasa", "Circle Of Life", "GET", "/dir/index.html")
    without = sip.authorization(asked, *who)
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in without
    assert "qop" not in without
    told = sip.authorization(f'{asked}, qop="auth"', *who)
    assert 'response="6629fae49393a05397450978507c4ef1"' in told
    assert told.endswith("nc=00000001, qop=auth")
    assert 'opaque="5ccc069c403ebaf9"' in told
