"""The edge of a site: its trunks, the numbers that arrive on them, and its seats."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from callcenter.site.gateways import CallerId, Gateway
from callcenter.site.outbound import Rights
from callcenter.site.phones import Phone
from callcenter.site.words import Extension, Host, Language, Name, Number, Part, Title, allow

Codec = Literal["alaw", "ulaw", "g722", "opus", "gsm"]
G711: list[Codec] = ["alaw", "ulaw"]


class ByAddress(Part):
    """The far end is known by its address and sends calls without signing in (an E1 gateway)."""

    by: Literal["address"]
    hosts: list[Host] = Field(min_length=1, description="addresses the gateway may call from")
    port: int = Field(default=5060, ge=1, le=65535)


class ByRegistration(Part):
    """The gateway signs in to us (New Rock MX/HX and alike). Its secret is generated, never written here."""

    by: Literal["registration"]
    username: Name


class ByProvider(Part):
    """We sign in to a provider. The secret is stored with ``hotline secrets set trunk/NAME``."""

    by: Literal["provider"]
    server: Host
    port: int = Field(default=5060, ge=1, le=65535)
    username: Annotated[str, allow(r"^[A-Za-z0-9+._@-]{1,64}$", "letters, digits and + . _ @ -, at most 64")]
    hosts: list[Host] = Field(default_factory=list, description="further addresses the provider calls from")


class ByBoard(Part):
    """The line ends on a board in this machine, in DAHDI group ``group``."""

    by: Literal["board"]
    group: int = Field(ge=0, le=63)


Connection = Annotated[ByAddress | ByRegistration | ByProvider | ByBoard, Field(discriminator="by")]


class Trunk(Part):
    """An outside line, or a bundle of them."""

    name: Name
    title: Title
    connection: Connection
    codecs: list[Codec] = Field(default_factory=lambda: list(G711), min_length=1)
    dtmf: Literal["rfc4733", "info", "inband", "auto"] = "rfc4733"
    channels: int = Field(default=30, ge=1, le=1000, description="calls at once")
    transport: Literal["udp", "tls"] = Field(
        default="udp", description="tls: signalling is encrypted, and the far end's certificate is checked"
    )
    encryption: Literal["none", "sdes"] = Field(
        default="none", description="sdes: speech by SRTP or not at all, with keys in the signalling"
    )
    caller_id: CallerId = Field(default=CallerId())
    check_seconds: int = Field(
        default=30, ge=0, le=3600, description="how often OPTIONS asks whether it is there; 0: never"
    )
    silence_seconds: int = Field(
        default=60, ge=2, le=3600, description="a call on which nothing is heard for so long is ended"
    )
    gateway: Gateway | None = Field(default=None, description="the analog gateway at the other end")
    language: Language | None = Field(default=None, description="language before a caller has chosen")
    fallback_flow: Name | None = Field(
        default=None, description="flow whose static menu serves this trunk while FastAGI is away"
    )

    @property
    def is_secure(self) -> bool:
        """Whether its signalling goes by TLS."""
        return self.transport == "tls"


class Did(Part):
    """A dialled number, and the flow it opens. Without ``trunk`` it holds for every trunk."""

    number: Number
    title: Title
    flow: Name
    trunk: Name | None = None
    inside_flow: Name | None = Field(default=None, description="the flow for callers from seats")
    language: Language | None = None


class Seat(Part):
    """A phone: inside, remote behind NAT, or in a browser."""

    name: Name
    number: Extension
    title: Title
    kind: Literal["inside", "remote", "browser"] = "inside"
    site: Name | None = Field(default=None, description="the peer site whose phone this is")
    pickup_group: Name | None = Field(default=None, description="seats of one group take each other's calls")
    rights: Rights | None = Field(default=None, description="how far it may call; default: national")
    codecs: list[Codec] = Field(default_factory=lambda: list(G711), min_length=1)
    encryption: Literal["none", "sdes", "dtls"] = Field(
        default="none",
        description="TLS and SRTP with keys by sdes (desk phones) or dtls; a browser needs none",
    )
    phone: Phone | None = Field(default=None, description="its telephone, when that fetches its settings")
