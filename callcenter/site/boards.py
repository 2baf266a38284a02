"""Telephony boards in this machine: Sangoma's E1 boards over wanpipe, other E1 boards and analog ones of DAHDI's.

Channels and spans are counted by the drivers in the order of the boards here, then of their ports;
``callcenter/site/board_lines.py`` does the counting.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from callcenter.site.outbound import Rights
from callcenter.site.words import Extension, Name, Number, Part

SANGOMA_PORTS = {"A101": 1, "A102": 2, "A104": 4, "A108": 8}
"""E1 ports of each model."""

Group = Annotated[int, Field(ge=0, le=63, description="DAHDI group; the trunk that names it owns the line")]


class E1Port(Part):
    """One E1 line carrying a PRI (euroISDN): 30 calls, signalling on channel 16, HDB3."""

    port: int = Field(ge=1, le=8, description="the socket on the board, from 1")
    group: Group
    framing: Literal["crc4", "nocrc4"] = "crc4"
    clock: Literal["normal", "master"] = Field(
        default="normal", description="normal: the exchange gives the clock; master: we do"
    )
    reference_port: int = Field(
        default=0,
        ge=0,
        le=8,
        description="with master: the port whose clock is passed on, 0 for the board's own",
    )
    side: Literal["user", "network"] = Field(default="user", description="user towards an exchange")

    @model_validator(mode="after")
    def _reference_is_another_port(self) -> E1Port:
        if self.reference_port and (self.clock == "normal" or self.reference_port == self.port):
            raise ValueError("reference_port goes with clock: master, and names another port")
        return self


class SangomaBoard(Part):
    """A Sangoma E1 board. ``wanrouter hwprobe`` tells slot and bus."""

    kind: Literal["sangoma"]
    name: Name
    model: Literal["A101", "A102", "A104", "A108"]
    pci_slot: int = Field(ge=0, le=31)
    pci_bus: int = Field(ge=0, le=255)
    hardware_echo_cancel: bool = Field(
        default=True, description="the board has an echo canceller (a D in its name)"
    )
    ports: list[E1Port] = Field(min_length=1)

    @model_validator(mode="after")
    def _ports_exist(self) -> SangomaBoard:
        numbers = [port.port for port in self.ports]
        if len(set(numbers)) != len(numbers):
            raise ValueError("a port is given twice")
        if max(numbers) > SANGOMA_PORTS[self.model]:
            raise ValueError(f"{self.model} has {SANGOMA_PORTS[self.model]} ports")
        return self


class DigitalBoard(Part):
    """An E1 board with one of DAHDI's own drivers (``lsdahdi`` shows its spans): Digium, OpenVox and alike."""

    kind: Literal["digital"]
    name: Name
    ports: list[E1Port] = Field(min_length=1, max_length=8)

    @model_validator(mode="after")
    def _ports_exist(self) -> DigitalBoard:
        if [port.port for port in self.ports] != list(range(1, len(self.ports) + 1)):
            raise ValueError("give every port of the board, from 1 on: the driver counts them all")
        if any(port.reference_port for port in self.ports):
            raise ValueError("reference_port is for Sangoma boards")
        return self


CALLER_ID_STARTS = {
    "bell": ["ring"],
    "v23": ["ring", "polarity"],
    "dtmf": ["dtmf", "polarity"],
    "none": ["ring"],
}
"""What Asterisk can hear each kind of caller id after (sig_analog.c), the usual first: no keys after a ring."""


class OfficeLine(Part):
    """An FXO channel: an analog line from the exchange. Hang-up is heard as China's 450 Hz busy tone, too."""

    kind: Literal["fxo"]
    group: Group
    number: Number | None = Field(default=None, description="the line's own number: what its calls arrive as")
    caller_id: Literal["bell", "v23", "dtmf", "none"] = Field(
        default="bell",
        description="how the number is sent: bell for FSK in China and America, v23 for FSK elsewhere; "
        "none where it is not: else each call waits ten seconds for it",
    )
    caller_id_start: Literal["ring", "polarity", "dtmf"] | None = Field(
        default=None,
        description="what comes before it: the first ring (FSK), a reversal of polarity (v23, dtmf), or nothing "
        "but its own keys (dtmf). Default: ring, with dtmf its keys",
    )
    busy_count: int = Field(default=4, ge=2, le=10, description="busy tones heard before the line is hung up")
    polarity_reversal: bool = Field(
        default=False, description="the exchange marks answer and hang-up by polarity"
    )

    @property
    def heard_after(self) -> str:
        """What comes before the caller id."""
        return self.caller_id_start or CALLER_ID_STARTS[self.caller_id][0]


class Telephone(Part):
    """An FXS channel: an analog telephone on the board, an inside number like a seat's, but no agent's place."""

    kind: Literal["fxs"]
    number: Extension
    rights: Rights | None = Field(default=None, description="how far it may call; default: national")


class AnalogBoard(Part):
    """An analog board of the DAHDI family; one entry a channel, in the board's order."""

    kind: Literal["analog"]
    name: Name
    channels: list[Annotated[OfficeLine | Telephone, Field(discriminator="kind")]] = Field(
        min_length=1, max_length=24
    )


Board = Annotated[SangomaBoard | DigitalBoard | AnalogBoard, Field(discriminator="kind")]
"""A board and its ports."""
