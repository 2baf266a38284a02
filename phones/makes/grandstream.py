"""Grandstream's GXP and GRP: ``cfgMAC.xml``, a numbered P value for each setting.

From Grandstream's configuration template of the GXP21xx and its SIP Device Provisioning Guide. The certificate
of the house's authority can't be given here: it is uploaded once (the sheet says where).
"""

from __future__ import annotations

from collections.abc import Iterator

from phones.account import CHECK_MINUTES, EXPIRES_SECONDS, Account
from phones.makes.xml_text import text

CONTENT_TYPE = "text/xml; charset=utf-8"
TRANSPORTS = {"udp": 0, "tls": 2}
CODECS = {"ulaw": 0, "alaw": 8, "g722": 9, "opus": 123}
CHOICES = ("P57", "P58", "P59", "P60", "P61", "P62", "P46", "P98")
LANGUAGES = {"zh": "zh", "en": "en"}


def file_name(mac: str) -> str:
    """What the phone with this address asks for."""
    return f"cfg{mac}.xml"


def render(account: Account) -> str:
    """The file of one phone."""
    lines = [f"  <{key}>{text(value)}</{key}>" for key, value in _values(account)]
    head = ['<?xml version="1.0" encoding="UTF-8"?>', '<gs_provision version="1">', ' <config version="1">']
    return "\n".join([*head, *lines, " </config>", "</gs_provision>", ""])


def _values(account: Account) -> Iterator[tuple[str, object]]:
    yield "P271", 1  # account 1 is used
    yield "P270", account.number  # its name
    yield "P47", f"{account.host}:{account.port}"  # SIP server
    yield "P35", account.seat  # SIP user
    yield "P36", account.seat  # sign-in name
    yield "P34", account.password
    yield "P3", account.title  # name shown
    yield "P32", EXPIRES_SECONDS // 60  # minutes
    yield "P130", TRANSPORTS[account.transport]
    yield "P2329", 0  # sip: also with TLS
    yield "P2331", 1  # the true port in Contact
    yield "P183", 2 if account.encrypted else 0  # SRTP: 2 and nothing else
    yield "P2301", 0  # keys: not as sound
    yield "P2302", 1  # by RFC 2833
    yield "P2303", 0  # not by INFO
    yield "P33", account.messages
    known = [CODECS[codec] for codec in account.codecs if codec in CODECS]
    for place, choice in enumerate(CHOICES):
        yield choice, known[min(place, len(known) - 1)] if known else CODECS["alaw"]
    if account.language in LANGUAGES:
        yield "P1362", LANGUAGES[account.language]
    if account.folder:
        yield "P212", 2  # by HTTPS
        yield "P237", account.folder.removeprefix("https://").rstrip("/")
        yield "P194", 1  # look again
        yield "P193", CHECK_MINUTES
