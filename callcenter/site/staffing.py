"""How agents come and go: penalties that relax, reasons for a pause, phones that vanish."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from callcenter.site.words import Language, Name, Part, Title, allow


class Relax(Part):
    """From ``after_seconds`` of waiting on, agents up to ``max_penalty`` are asked."""

    after_seconds: int = Field(ge=0, le=86400)
    max_penalty: int = Field(ge=0, le=100)


class PauseReason(Part):
    """Why an agent takes no calls. ``code`` is what is dialled behind the feature code for a pause."""

    name: Name
    title: dict[Language, Title] = Field(default_factory=dict)
    code: Annotated[str, allow(r"^[0-9]$", 'one digit: "0" to "9"')] | None = None


class Presence(Part):
    """What becomes of an agent whose phone is gone, and of one whose phone is back."""

    phone_gone: Literal["unreachable", "logout"] = Field(
        default="unreachable", description="unreachable: logged in, not rung, until the phone is back"
    )
    phone_back: Literal["ready", "paused"] = "ready"
