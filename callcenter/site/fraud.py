"""Against fraud: what may be called outside and how much of it a day, and who is shut out that guesses passwords."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from callcenter.site.surveys import MailAddress
from callcenter.site.words import Name, Number, Part, allow

EMERGENCY: dict[str, tuple[str, ...]] = {"cn": ("110", "119", "120", "122")}
"""Of each country; elsewhere 112."""
Country = Annotated[
    str, allow(r"^\+[1-9][0-9]{0,8}$", "the beginning of numbers abroad, with a +, as +852 or +1876")
]
Barred = Annotated[str, allow(r"^\+?[0-9]{1,15}$", "the beginning of numbers: digits, a + before them")]


Network = Annotated[
    str, allow(r"^[0-9a-fA-F.:]{2,45}(/[0-9]{1,3})?$", "an address or a network, as 192.168.1.0/24")
]


class Cap(Part):
    """How much goes out in one day of the site's time zone. A call that is up is let be."""

    per: Literal["person", "house"]
    abroad: bool = Field(default=False, description="counts calls to other countries only")
    calls: int | None = Field(default=None, ge=0, le=1_000_000)
    minutes: int | None = Field(default=None, ge=0, le=1_000_000, description="of talk")


class Alarm(Part):
    """What opens a follow-up of the kind toll_fraud. The call goes on; one that a cap ends is told as well."""

    calls: int | None = Field(default=30, ge=2, le=1000, description="calls of one person, a burst")
    within_minutes: int = Field(default=5, ge=1, le=60)
    hours: Name | None = Field(default=None, description="calls while this calendar is not open are odd")
    email: MailAddress | None = None


class Outbound(Part):
    """What may leave the house at all, whatever routes and rights say. Emergency numbers always may."""

    emergency: list[Number] | None = Field(default=None, description="default: those of the country")
    countries: list[Country] | None = Field(
        default=None, description="these only; default: every country that a route reaches"
    )
    barred: list[Barred] = Field(
        default_factory=list, description="never called, at home or abroad; the longer beginning wins"
    )
    caps: list[Cap] = Field(default_factory=list)
    alarm: Alarm | None = None


class Bans(Part):
    """Who fails to sign in so often is shut out for a while (``hotline bans watch``)."""

    tries: int = Field(default=5, ge=2, le=100)
    within_minutes: int = Field(default=10, ge=1, le=1440)
    minutes: int = Field(default=60, ge=1, le=43200, description="how long")
    allow: list[Network] = Field(
        default_factory=list, description="never shut out, besides this machine and the trunks"
    )
