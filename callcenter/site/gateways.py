"""What a trunk's far end is and shows: its numbers, and the sockets of an analog gateway."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from callcenter.site.words import Name, Number, Part


class CallerId(Part):
    """Where the caller's number is read on calls in, and how ours is shown on calls out."""

    read: Literal["from", "pai"] = Field(
        default="from", description="pai: P-Asserted-Identity is believed, where there is one"
    )
    send: Literal["from", "pai", "account"] | None = Field(
        default=None,
        description="pai: in P-Asserted-Identity too; account: From is our account with the provider. "
        "Default: account towards a provider, else from",
    )
    numbers: list[Number] = Field(
        default_factory=list,
        description="the numbers this trunk may show; any other is replaced with the first",
    )


class OfficeSocket(Part):
    """An FXO socket: an analog line from the exchange. Its calls arrive as ``number``."""

    kind: Literal["fxo"]
    port: int = Field(ge=1, le=96, description="the socket, as printed on the gateway")
    number: Number


class TelephoneSocket(Part):
    """An FXS socket: an analog telephone. It signs in as a seat of its own."""

    kind: Literal["fxs"]
    port: int = Field(ge=1, le=96, description="the socket, as printed on the gateway")
    seat: Name


class Gateway(Part):
    """An analog gateway: what ``hotline trunks sheet`` says has to be typed into it."""

    make: Literal["newrock_mx", "newrock_hx", "other"]
    caller_id: Literal["dtmf", "fsk", "none"] = Field(
        default="dtmf", description="how the exchange sends the caller's number"
    )
    caller_id_start: Literal["ring", "polarity"] = Field(
        default="ring", description="what comes before it: the first ring, or a reversal of polarity"
    )
    polarity_reversal: bool = Field(
        default=False, description="the exchange marks answer and hang-up by polarity"
    )
    busy_count: int = Field(default=4, ge=2, le=10, description="busy tones heard before the line is hung up")
    lines: list[Annotated[OfficeSocket | TelephoneSocket, Field(discriminator="kind")]] = Field(min_length=1)

    @property
    def office_lines(self) -> list[OfficeSocket]:
        """The lines from the exchange, in the order of their sockets."""
        found = [line for line in self.lines if line.kind == "fxo"]
        return sorted(found, key=lambda line: line.port)

    @property
    def telephones(self) -> list[TelephoneSocket]:
        """The analog telephones, in the order of their sockets."""
        found = [line for line in self.lines if line.kind == "fxs"]
        return sorted(found, key=lambda line: line.port)
