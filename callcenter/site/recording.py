"""Which calls are recorded, how, for how long, and what the caller is told of it.

Each value is looked for at the agent, then the queue (or ``inside``), then the trunk, then among the site's own;
what none of them says has the default written here. ``callcenter/recording_policy.py`` decides with it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from callcenter.site.words import Extension, Name, Part

Sides = Literal["stereo", "mixed"]
Format = Literal["wav", "wav49", "mp3", "opus"]


class Consent(Part):
    """What the caller hears before the queue, and whether a key decides.

    ``answer`` none: they are only told. agree: only who presses 1 is recorded. refuse: who presses 2 is not.
    """

    prompt: Name
    answer: Literal["none", "agree", "refuse"] = "none"
    seconds: int = Field(default=5, ge=1, le=30, description="how long a key is waited for")


class AgentRule(Part):
    """What is different for one agent."""

    percent: int | None = Field(default=None, ge=0, le=100, description="of the calls; 0: never. Default 100")
    sides: Sides | None = Field(default=None, description="stereo: caller left, agent right. Default stereo")
    format: Format | None = Field(
        default=None, description="of the kept file; wav49 is always mixed. Default wav"
    )
    retention_days: int | None = Field(
        default=None, ge=0, le=36500, description="0, the default: kept for ever"
    )
    pause_seconds: int | None = Field(
        default=None, ge=5, le=3600, description="after which a pause ends by itself. Default 120"
    )


class RecordingRule(AgentRule):
    """What is different on one trunk or in one queue."""

    consent: Consent | None = None
    without_consent: bool = Field(
        default=False, description="nothing is said here, whatever the trunk's or the site's rule says"
    )


class OutboundRule(Part):
    """What is different for calls out. Who is called can be told that the call is recorded, and can't be asked."""

    percent: int | None = Field(default=None, ge=0, le=100, description="of the calls out; 0: never")
    prompt: Name | None = Field(
        default=None, description="heard by who is called, before the two are joined, instead of any consent"
    )
    without_consent: bool = Field(default=False, description="nothing is said to who is called")


class TrunkRule(RecordingRule):
    """What is different on one trunk."""

    outbound: OutboundRule | None = None


class Recording(TrunkRule):
    """The site's own values, and who differs from them."""

    trunks: dict[Name, TrunkRule] = Field(default_factory=dict)
    queues: dict[Name, RecordingRule] = Field(default_factory=dict)
    inside: AgentRule | None = Field(
        default=None, description="what is different between the house's own phones, without a queue"
    )
    agents: dict[Extension, AgentRule] = Field(default_factory=dict)
