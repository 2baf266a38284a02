"""A site: everything an operator decides, as one typed, immutable value.

The site file, the database, the templates, the flow engine and the simulator all speak of this
value. ``callcenter/site/check.py`` holds the rules that span several parts.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcenter.site.boards import Board
from callcenter.site.calendars import Calendar
from callcenter.site.edge import Did, Seat, Trunk
from callcenter.site.fraud import EMERGENCY, Bans, Outbound
from callcenter.site.inside import FeatureCodes
from callcenter.site.outbound import Route
from callcenter.site.peers import Peer
from callcenter.site.recording import Recording
from callcenter.site.rooms import Room
from callcenter.site.routing import Loops, Region, Rule
from callcenter.site.service import Agent, Mailbox, Music, Prompt, Queue, Survey
from callcenter.site.staffing import PauseReason, Presence
from callcenter.site.steps import Flow
from callcenter.site.words import Language, Name, Part, Title, Zone, allow


class Site(Part):
    """One place with its own numbers, people and opening hours."""

    name: Name
    title: Title
    timezone: Zone
    country: Annotated[
        str,
        allow(r"^[a-z]{2}$", "two small letters, as cn"),
        Field(description="tones and number rules, as cn"),
    ] = "cn"
    languages: list[Language] = Field(min_length=1)
    sorry: Name | None = Field(
        default=None,
        description="prompt heard when Hotline is away and nobody answers in the static menu's queue",
    )
    loops: Loops = Field(default=Loops())
    recording: Recording | None = Field(default=None, description="which calls are recorded; default: all")
    parking_seconds: int = Field(
        default=120, ge=5, le=3600, description="a parked call then comes back to who parked it"
    )
    feature_codes: FeatureCodes = Field(
        default_factory=dict, description="other codes for features, as echo: '*43'"
    )
    trunks: list[Trunk] = Field(default_factory=list)
    boards: list[Board] = Field(default_factory=list)
    dids: list[Did] = Field(default_factory=list)
    routes: list[Route] = Field(default_factory=list)
    peers: list[Peer] = Field(default_factory=list, description="the sites this one is linked to")
    outbound: Outbound = Field(default_factory=Outbound)
    bans: Bans = Field(default_factory=Bans)
    regions: list[Region] = Field(default_factory=list)
    rules: list[Rule] = Field(default_factory=list)
    calendars: list[Calendar] = Field(default_factory=list)
    prompts: list[Prompt] = Field(default_factory=list)
    flows: list[Flow] = Field(default_factory=list)
    queues: list[Queue] = Field(default_factory=list)
    surveys: list[Survey] = Field(default_factory=list)
    mailboxes: list[Mailbox] = Field(default_factory=list)
    rooms: list[Room] = Field(default_factory=list)
    music: list[Music] = Field(default_factory=list)
    agents: list[Agent] = Field(default_factory=list)
    seats: list[Seat] = Field(default_factory=list)
    pause_reasons: list[PauseReason] = Field(
        default_factory=list, description="without any, every word is a reason"
    )
    presence: Presence = Field(default_factory=Presence)

    @property
    def emergency(self) -> tuple[str, ...]:
        """Numbers that everybody may call at any time."""
        given = self.outbound.emergency
        return EMERGENCY.get(self.country, ("112",)) if given is None else tuple(given)

    @property
    def uses_tls(self) -> bool:
        """Whether a phone or a trunk is to be reached by TLS."""
        return any(seat.encryption != "none" for seat in self.seats) or any(
            trunk.is_secure for trunk in self.trunks
        )

    def trunk_endpoints(self) -> dict[str, str]:
        """Every SIP endpoint name of a trunk → the trunk's name; a gateway that signs in has its account's too."""
        names = {trunk.name: trunk.name for trunk in self.trunks}
        accounts = {
            trunk.connection.username: trunk.name
            for trunk in self.trunks
            if trunk.connection.by == "registration"
        }
        return {**accounts, **names}
