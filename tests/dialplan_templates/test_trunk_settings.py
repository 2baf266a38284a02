"""What a trunk's settings make of its calls, on a real Asterisk: identities both ways, codecs, keys, silence."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from callcenter.site import Site
from callcenter.site.edge import Trunk
from lab import g711
from tests.dialplan_templates.conftest import Boot
from tests.dialplan_templates.test_trunks_are_told_apart import HERE, call
from tests.dialplan_templates.throwaway import Asterisk

pytestmark = [pytest.mark.asterisk, pytest.mark.req("GW-3")]
DIALPLAN = """
[hotline_in]
exten => 4001,1,UserEvent(Call,Trunk: ${HL_TRUNK},Caller: ${CALLERID(num)})
 same => n,Hangup(21)
exten => 4002,1,Answer()
 same => n,Read(KEY,,1,,1,8)
 same => n,UserEvent(Key,Trunk: ${HL_TRUNK},Key: ${KEY})
 same => n,Hangup()
exten => 4003,1,Answer()
 same => n,Wait(30)
exten => _out[a-z].,1,MSet(CALLERID(num)=02150001000,CALLERID(name)=)
 same => n,Dial(PJSIP/95588@${EXTEN:3},5)
"""
EAR = """
import socket, sys
ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
ear.bind((sys.argv[1], 5060))
ear.settimeout(20)
print("listening", flush=True)
while not (heard := ear.recv(65536)).startswith(b"INVITE"):
    pass
sys.stdout.write(heard.decode())
"""
FIVE = (770, 1336)
INFO = """<send retrans="500"><![CDATA[
INFO sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:13900000000@[local_ip]:[local_port]>;tag=[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 2 INFO
Max-Forwards: 70
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal=7
Duration=160
]]></send>
  <recv response="200"/>"""


def trunk(name: str, address: str, **more: object) -> Trunk:
    connection = {"by": "address", "hosts": [address]}
    return Trunk.model_validate(
        {"name": name, "title": name, "connection": connection, "check_seconds": 0, **more}
    )


def provider(name: str, server: str, send: str | None) -> Trunk:
    connection = {"by": "provider", "server": server, "username": "account"}
    return trunk(name, server, connection=connection, caller_id={"send": send})


TRUNKS = [
    trunk("believing", "127.0.0.21", caller_id={"read": "pai", "send": "pai"}, codecs=["g722", "alaw"]),
    trunk("plain", "127.0.0.22"),
    trunk("sound", "127.0.0.23", dtmf="inband"),
    trunk("info", "127.0.0.24", dtmf="info"),
    trunk("quiet", "127.0.0.25", silence_seconds=2),
    provider("named", "127.0.0.26", None),
    provider("open", "127.0.0.27", "from"),
]


@pytest.fixture(scope="module")
def asterisk(boot: Boot, small_site: Site) -> Asterisk:
    return boot(small_site.model_copy(update={"trunks": TRUNKS}), {"extensions/00-base.conf": DIALPLAN})


def scenario(asterisk: Asterisk, original: str, old: str, new: str) -> str:
    """A scenario with one text exchanged, where SIPp may read it."""
    text = (HERE / original).read_text()
    assert old in text
    changed = asterisk.home / f"changed-{original}"
    changed.write_text(text.replace(old, new, 1))
    return str(changed)


@pytest.mark.parametrize(
    ("address", "caller"), [("127.0.0.21", "13711112222"), ("127.0.0.22", "13900000000")]
)
def test_an_asserted_identity_counts_only_where_it_is_believed(
    asterisk: Asterisk, address: str, caller: str
) -> None:
    asserted = "Max-Forwards: 70\nP-Asserted-Identity: <sip:13711112222@carrier.example>"
    with closing(asterisk.manager("hotline")) as session:
        assert (
            call(asterisk, scenario(asterisk, "plain_call.xml", "Max-Forwards: 70", asserted), address) == 0
        )
        assert session.until("UserEvent: Call")[-1]["Caller"] == caller


@pytest.mark.parametrize(
    ("name", "shown", "asserted", "payloads"),
    [
        ("believing", "02150001000", "02150001000", ["9", "8"]),
        ("plain", "02150001000", "", ["8", "0"]),
        ("named", "account", "", ["8", "0"]),
        ("open", "02150001000", "", ["8", "0"]),
    ],
)
def test_a_call_out_shows_what_the_trunk_is_to_show(
    asterisk: Asterisk, name: str, shown: str, asserted: str, payloads: list[str]
) -> None:
    invite = asked(asterisk, name)
    assert re.findall(r"^From: .*<sip:([^@]+)@", invite, re.M) == [shown]
    assert re.findall(r"^P-Asserted-Identity: .*<sip:([^@]+)@", invite, re.M) == (
        [asserted] if asserted else []
    )
    (offered,) = re.findall(r"^m=audio \d+ RTP/AVP ([\d ]+)", invite, re.M)
    assert [each for each in offered.split() if each != "101"] == payloads


def asked(asterisk: Asterisk, name: str) -> str:
    """The INVITE that the trunk's far end gets."""
    address = {
        each.name: each.connection.hosts[0] if each.connection.by == "address" else each.connection.server
        for each in TRUNKS
        if each.connection.by in ("address", "provider")
    }[name]
    there = ["nsenter", f"--net=/proc/{asterisk.process.pid}/ns/net", sys.executable, "-c", EAR, address]
    with subprocess.Popen(there, stdout=subprocess.PIPE, text=True) as ear:
        assert ear.stdout
        assert ear.stdout.readline() == "listening\n"
        asterisk.cli(f"channel originate Local/out{name}@hotline_in application Wait 1")
        return ear.communicate(timeout=30)[0]


@pytest.mark.parametrize(("address", "key"), [("127.0.0.23", "5"), ("127.0.0.24", "7")])
def test_keys_come_as_sound_and_as_info(asterisk: Asterisk, address: str, key: str) -> None:
    (asterisk.home / "key.alaw").write_bytes(tone(FIVE, 0.25))
    pressed = INFO if key == "7" else '<nop><action><exec rtp_stream="key.alaw,1,8"/></action></nop>'
    with closing(asterisk.manager("hotline")) as session:
        file = scenario(asterisk, "keys_call.xml", "<!-- KEY -->", pressed)
        assert call(asterisk, file, address, "-s", "4002", "-recv_timeout", "15000", "-timeout", "20s") == 0
        assert session.until("UserEvent: Key")[-1]["Key"] == key


def tone(hertz: tuple[int, int], seconds: float) -> bytes:
    """Half a second of nothing, then both frequencies, then nothing, in A-law."""
    silence = [0] * 4000
    sounding = [
        int(sum(6000 * math.sin(2 * math.pi * each * n / 8000) for each in hertz))
        for n in range(int(8000 * seconds))
    ]
    return g711.encode([*silence, *sounding, *silence], "alaw")


def test_a_call_on_which_nothing_is_heard_is_ended(asterisk: Asterisk) -> None:
    began = time.monotonic()
    file = scenario(asterisk, "keys_call.xml", "<!-- KEY -->", "")
    more = ("-s", "4003", "-recv_timeout", "20000", "-timeout", "25s")
    assert call(asterisk, file, "127.0.0.25", *more) == 0
    assert time.monotonic() - began < 20  # the dialplan would wait for 30
    log = Path(asterisk.home / "log/messages").read_text()
    assert "for lack of audio RTP activity" in log
