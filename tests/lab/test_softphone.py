"""A softphone's side of a dialogue, against a server that speaks line by line."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator
from urllib.parse import unquote

import pytest

from callcenter.errors import HotlineError
from lab import sip_message as sip
from lab.phone_call import PhoneCall
from lab.scenario import Login
from lab.sipp_run import Address
from lab.softphone import Softphone

SECONDS = 10.0
CHALLENGE = 'Digest realm="asterisk", nonce="n1", qop="auth", algorithm=MD5'


class Server:
    """A socket that takes the phone's messages one by one, and answers as told."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(SECONDS)
        self.address = Address("127.0.0.1", self._socket.getsockname()[1])
        self.phone = ("", 0)
        self._branches = itertools.count(1)

    def take(self, method: str, status: int = 0) -> sip.SipMessage:
        """The next message, which must be this request, or this response to it."""
        data, self.phone = self._socket.recvfrom(65535)
        found = sip.parse(data)
        assert (found.method, found.status) == (method, status), found.start
        return found

    def answer(self, request: sip.SipMessage, status: str, *more: tuple[str, str], sdp: bool = False) -> None:
        to = request["to"] if sip.tag(request["to"]) else f"{request['to']};tag=server"
        same = [("Via", request["via"]), ("From", request["from"]), ("To", to)]
        same += [("Call-ID", request["call-id"]), ("CSeq", request["cseq"]), *more]
        self._send(sip.compose(f"SIP/2.0 {status}", same, self.offer() if sdp else ""))

    def ask(
        self, method: str, phone: Softphone, call: str = "in@server", body: str = "", branch: str = ""
    ) -> str:
        """A request within (or beginning) the dialogue ``call``; gives the branch, to ask the same again."""
        named = branch or f"z9hG4bK{next(self._branches)}"
        headers = [("Via", f"SIP/2.0/UDP 127.0.0.1:{self.address.port};branch={named}")]
        headers += [("From", "<sip:139@127.0.0.1>;tag=server"), ("To", "<sip:8001@127.0.0.1>")]
        headers += [("Call-ID", call), ("CSeq", f"5 {method}")]
        headers += [("Contact", f"<sip:server@127.0.0.1:{self.address.port}>")]
        self.phone = (phone.ip, phone.port)
        self._send(sip.compose(f"{method} sip:8001@127.0.0.1 SIP/2.0", headers, body))
        return named

    def offer(self) -> str:
        return "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 8 101\r\n"

    def close(self) -> None:
        self._socket.close()

    def _send(self, data: bytes) -> None:
        self._socket.sendto(data, self.phone)


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


@pytest.fixture
def phone(server: Server) -> Iterator[Softphone]:
    with Softphone(Login("8001", "secret"), server.address) as found:
        yield found


def talking(server: Server, phone: Softphone) -> PhoneCall:
    """A call that the phone dialled and that was answered."""
    call = phone.dial("8003")
    invite = server.take("INVITE")
    server.answer(invite, "200 OK", ("Contact", f"<sip:peer@127.0.0.1:{server.address.port}>"), sdp=True)
    server.take("ACK")
    return call.wait("up", SECONDS)


def test_a_challenged_call_is_dialled_again_with_its_proof_in_the_same_dialogue(
    server: Server, phone: Softphone
) -> None:
    phone.dial("8003")
    first = server.take("INVITE")
    server.answer(first, "401 Unauthorized", ("WWW-Authenticate", CHALLENGE))
    assert server.take("ACK").branch == first.branch
    again = server.take("INVITE")
    assert (again["call-id"], sip.tag(again["from"])) == (first["call-id"], sip.tag(first["from"]))
    assert (sip.tag(again["to"]), int(again["cseq"].split()[0])) == ("", int(first["cseq"].split()[0]) + 1)
    told = sip.authorization(CHALLENGE, "8001", "secret", "INVITE", sip.uri(first["to"]))
    assert again["authorization"] == told


def test_a_second_challenge_ends_the_call(server: Server, phone: Softphone) -> None:
    call = phone.dial("8003")
    for _ in range(2):
        server.answer(server.take("INVITE"), "401 Unauthorized", ("WWW-Authenticate", CHALLENGE))
        server.take("ACK")
    assert call.wait("over", SECONDS).status == 401


def test_an_answered_call_goes_on_with_the_far_ends_contact_and_tag(server: Server, phone: Softphone) -> None:
    call = talking(server, phone)
    call.hang_up()
    bye = server.take("BYE")
    assert bye.start == f"BYE sip:peer@127.0.0.1:{server.address.port} SIP/2.0"
    assert sip.tag(bye["to"]) == "server"
    assert call.state == "over"


def test_an_answer_that_comes_twice_is_acknowledged_twice_and_changes_nothing(
    server: Server, phone: Softphone
) -> None:
    call = phone.dial("8003")
    invite = server.take("INVITE")
    for _ in range(2):
        server.answer(invite, "200 OK", ("Contact", "<sip:peer@127.0.0.1:9>"), sdp=True)
        server.take("ACK")
    assert call.wait("up", SECONDS).port == phone.calls[0].port


def test_a_call_given_up_while_it_rings_is_cancelled_by_the_invites_own_branch(
    server: Server, phone: Softphone
) -> None:
    call = phone.dial("8003")
    invite = server.take("INVITE")
    server.answer(invite, "180 Ringing")
    call.hang_up()
    cancel = server.take("CANCEL")
    assert (cancel.branch, cancel["cseq"]) == (invite.branch, invite["cseq"].replace("INVITE", "CANCEL"))
    server.answer(cancel, "200 OK")
    server.answer(invite, "487 Request Terminated")
    server.take("ACK")
    assert call.wait("over", SECONDS).status == 487


def test_a_call_that_comes_twice_rings_once_and_is_not_answered_by_itself(
    server: Server, phone: Softphone
) -> None:
    branch = server.ask("INVITE", phone, body=server.offer())
    ringing = server.take("INVITE", 180)
    server.ask("INVITE", phone, body=server.offer(), branch=branch)
    assert sip.tag(server.take("INVITE", 180)["to"]) == sip.tag(ringing["to"]) != ""
    assert [call.state for call in phone.calls] == ["ringing"]
    phone.incoming(SECONDS).answer()
    server.take("INVITE", 200)
    server.ask("INVITE", phone, body=server.offer(), branch=branch)
    server.take("INVITE", 200)
    assert [call.state for call in phone.calls] == ["up"]


def test_a_caller_who_gives_up_ends_the_ringing(server: Server, phone: Softphone) -> None:
    branch = server.ask("INVITE", phone, body=server.offer())
    server.take("INVITE", 180)
    server.ask("CANCEL", phone, branch=branch)
    server.take("CANCEL", 200)
    server.take("INVITE", 487)
    phone.incoming(SECONDS).wait("over", SECONDS)


def test_calls_ring_in_the_order_they_came(server: Server, phone: Softphone) -> None:
    for name in ("one", "two"):
        server.ask("INVITE", phone, call=name, body=server.offer())
        server.take("INVITE", 180)
    assert [phone.incoming(SECONDS).call_id for _ in range(2)] == ["one", "two"]
    with pytest.raises(HotlineError, match="8001 rings"):
        phone.incoming(0.0)


def test_a_hold_and_a_transfer_name_the_direction_and_the_other_call(
    server: Server, phone: Softphone
) -> None:
    held, other = talking(server, phone), talking(server, phone)
    held.hold()
    assert "a=sendonly" in server.take("INVITE").body
    held.transfer_to(other)
    target = server.take("REFER")["refer-to"]
    replaces = unquote(sip.uri(target).partition("?Replaces=")[2])
    assert replaces == f"{other.call_id};to-tag=server;from-tag={sip.tag(other.local)}"


def test_a_transfer_that_came_to_pass_ends_the_call_and_one_that_failed_does_not(
    server: Server, phone: Softphone
) -> None:
    call = talking(server, phone)
    call.transfer("8004")
    assert sip.uri(server.take("REFER")["refer-to"]) == f"sip:8004@127.0.0.1:{server.address.port}"
    for status in ("180 Ringing", "486 Busy Here"):
        server.ask("NOTIFY", phone, call=call.call_id, body=f"SIP/2.0 {status}")
        server.take("NOTIFY", 200)
    phone.until(lambda: call.refer_statuses == [180, 486], SECONDS, "both were told")
    assert call.state == "up"
    server.ask("NOTIFY", phone, call=call.call_id, body="SIP/2.0 200 OK")
    server.take("NOTIFY", 200)
    server.take("BYE")
    call.wait("over", SECONDS)


def test_a_phone_that_is_refused_says_so(server: Server, phone: Softphone) -> None:
    def refuse() -> None:
        server.answer(server.take("REGISTER"), "403 Forbidden")

    thread = threading.Thread(target=refuse)
    thread.start()
    with pytest.raises(HotlineError, match="could not register: 403"):
        phone.register()
    thread.join()
