"""Fanvil's X and V: ``MAC.cfg``, XML with the root ``sysConf``.

From the configuration files that Fanvil's phones export (X series from firmware 2.4 on, V series), as public
provisioning templates have them.
"""

from __future__ import annotations

from collections.abc import Iterator

from phones.account import CHECK_MINUTES, EXPIRES_SECONDS, Account
from phones.makes.xml_text import text

CONTENT_TYPE = "text/xml; charset=utf-8"
TRANSPORTS = {"udp": 0, "tls": 3}
CODECS = {"alaw": "PCMA", "ulaw": "PCMU", "g722": "G722", "opus": "opus"}


def file_name(mac: str) -> str:
    """What the phone with this address asks for."""
    return f"{mac}.cfg"


def render(account: Account) -> str:
    """The file of one phone."""
    line = [f"      <{key}>{text(value)}</{key}>" for key, value in _line(account)]
    parts = [*_fetching(account), "  <sip>", '    <line index="1">', *line, "    </line>", "  </sip>"]
    head = ['<?xml version="1.0" encoding="UTF-8"?>', "<sysConf>", "  <Version>2.0000000000</Version>"]
    return "\n".join([*head, *parts, "</sysConf>", ""])


def _line(account: Account) -> Iterator[tuple[str, object]]:
    yield "PhoneNumber", account.seat
    yield "DisplayName", account.title
    yield "SipName", account.number
    yield "RegisterAddr", account.host
    yield "RegisterPort", account.port
    yield "RegisterUser", account.seat
    yield "RegisterPswd", account.password
    yield "RegisterTTL", EXPIRES_SECONDS
    yield "EnableReg", 1
    yield "Transport", TRANSPORTS[account.transport]
    yield "MediaCrypto", int(account.encrypted)
    yield "EnableRport", 1
    yield "DTMFMode", 1
    yield "MWINum", account.messages
    known = [CODECS[codec] for codec in account.codecs if codec in CODECS]
    yield "VoiceCodecMap", ",".join(known or [CODECS["alaw"]])


def _fetching(account: Account) -> list[str]:
    if not account.folder:
        return []
    values = {
        "FlashServerIP": account.folder.rstrip("/"),
        "FlashFileName": "$mac.cfg",
        "FlashProtocol": 5,  # HTTPS
        "FlashMode": 2,  # after an interval
        "FlashInterval": CHECK_MINUTES // 60,  # hours
    }
    lines = [f"    <{key}>{text(value)}</{key}>" for key, value in values.items()]
    return ["  <ap>", *lines, "  </ap>"]
