"""All that a phone must know to sign in at a seat, whatever its make; pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from callcenter import feature_codes
from callcenter.settings import Settings
from callcenter.site import Site
from callcenter.site.edge import Codec, Seat
from callcenter.site.phones import Phone

AUTHORITY_FILE = "ca.crt"
EXPIRES_SECONDS = 300
CHECK_MINUTES = 1440
"""How often a phone looks whether its settings have changed: once a day."""


@dataclass(frozen=True)
class Account:
    """A seat as its phone sees it."""

    seat: str
    number: str
    title: str
    password: str
    host: str
    port: int | None
    """None: a browser, which a web server passes on."""
    transport: Literal["udp", "tls", "wss"]
    encrypted: bool
    """Speech without a key is refused."""
    codecs: tuple[Codec, ...]
    language: str
    messages: str
    """What is dialled to hear one's mailbox."""
    phone: Phone | None = None
    folder: str | None = None
    """The address below which the phone finds its files, with its token; None when it fetches nothing."""
    authority: str | None = None
    """Where it finds the certificate of the house's own authority; None when it knows the authority already."""


@dataclass(frozen=True)
class Reach:
    """Where phones find this machine."""

    host: str
    sip_port: int
    sip_tls_port: int
    wss_port: int | None
    phones_port: int | None
    own_authority: bool
    """Whether our certificate is by the house's own authority, which no phone knows."""

    def folder(self, seat: str, token: str) -> str:
        """The address below which this seat's phone finds its files."""
        return f"https://{self.host}:{self.phones_port}/{seat}/{token}/"


def reach(settings: Settings) -> Reach:
    """Where phones find the machine of these settings."""
    host = settings.phones_host or settings.sip_host
    own = settings.tls_certificate is None
    return Reach(host, settings.sip_port, settings.sip_tls_port, settings.wss_port, settings.phones_port, own)


def account(site: Site, seat: Seat, at: Reach, secret: Callable[[str], str]) -> Account:
    """What the phone of a seat is told. ``secret`` gives its password and its token by name."""
    transport = _transport(seat)
    fetches = seat.phone is not None and at.phones_port is not None
    folder = at.folder(seat.name, secret(f"phone/{seat.name}")) if fetches else None
    return Account(
        seat=seat.name,
        number=seat.number,
        title=seat.title,
        password=secret(f"seat/{seat.name}"),
        host=at.host,
        port={"udp": at.sip_port, "tls": at.sip_tls_port, "wss": at.wss_port}[transport],
        transport=transport,
        encrypted=transport != "udp",
        codecs=tuple(seat.codecs),
        language=site.languages[0],
        messages=site.feature_codes.get("mailbox_own", feature_codes.BY_NAME["mailbox_own"].code),
        phone=seat.phone,
        folder=folder,
        authority=f"{folder}{AUTHORITY_FILE}" if folder and at.own_authority else None,
    )


def _transport(seat: Seat) -> Literal["udp", "tls", "wss"]:
    if seat.kind == "browser":
        return "wss"
    return "udp" if seat.encryption == "none" else "tls"
