"""Yealink's T2 to T5: ``MAC.cfg``, a line ``key = value`` each, after a first line that is no comment.

From Yealink's Auto Provisioning Guide and the template of configuration files (firmware 84 and later).
"""

from __future__ import annotations

from collections.abc import Iterator

from phones.account import CHECK_MINUTES, EXPIRES_SECONDS, Account

CONTENT_TYPE = "text/plain; charset=utf-8"
TRANSPORTS = {"udp": 0, "tls": 2}
CODECS = {"alaw": "pcma", "ulaw": "pcmu", "g722": "g722", "opus": "opus"}
LANGUAGES = {"zh": "Chinese_S", "en": "English"}
NOT_TEXT = ("%NULL%", "%EMPTY%")
"""Mean "as it was at the factory" and "nothing"."""


def file_name(mac: str) -> str:
    """What the phone with this address asks for."""
    return f"{mac}.cfg"


def render(account: Account) -> str:
    """The file of one phone."""
    return "\n".join(["#!version:1.0.0.1", *(f"{key} = {value}" for key, value in _lines(account)), ""])


def _lines(account: Account) -> Iterator[tuple[str, object]]:
    yield "account.1.enable", 1
    yield "account.1.label", account.number
    yield "account.1.display_name", text(account.title)
    yield "account.1.user_name", account.seat
    yield "account.1.auth_name", account.seat
    yield "account.1.password", account.password
    yield "account.1.sip_server.1.address", account.host
    yield "account.1.sip_server.1.port", account.port
    yield "account.1.sip_server.1.transport_type", TRANSPORTS[account.transport]
    yield "account.1.sip_server.1.expires", EXPIRES_SECONDS
    yield "account.1.srtp_encryption", 2 if account.encrypted else 0
    yield "account.1.nat.rport", 1
    yield "account.1.dtmf.type", 1
    for codec, theirs in CODECS.items():
        yield f"account.1.codec.{theirs}.enable", int(codec in account.codecs)
        if codec in account.codecs:
            yield f"account.1.codec.{theirs}.priority", account.codecs.index(codec) + 1
    yield "voice_mail.number.1", account.messages
    if account.language in LANGUAGES:
        yield "lang.gui", LANGUAGES[account.language]
    if account.folder:
        yield "static.auto_provision.server.url", account.folder
        yield "static.auto_provision.repeat.enable", 1
        yield "static.auto_provision.repeat.minutes", CHECK_MINUTES
        yield "static.security.trust_certificates", 1
        if account.authority:
            yield "static.trusted_certificates.url", account.authority


def text(value: str) -> str:
    """Words on a line: no blank at either end, nothing invisible, nothing that means something else."""
    plain = " ".join("".join(each if each.isprintable() else " " for each in value).split())
    return plain.strip("%") if plain in NOT_TEXT else plain
