"""Accounts for tests: of one site with a phone of each make."""

from __future__ import annotations

from callcenter.site import Site
from callcenter.site.edge import Seat
from callcenter.site.phones import Make, Phone
from phones.account import Account, Reach, account
from tests.sample import sample_site

MAC = "80:5E:0C:11:22:33"
REACH = Reach("pbx.example.com", 5060, 5061, 8089, 8443, own_authority=True)
MAKES: tuple[Make, ...] = ("yealink", "grandstream", "fanvil")


def secret(name: str) -> str:
    """One that can be told by its name."""
    return "test-" + name.replace("/", "-") + "-0123456789abcdef"


def seat_of(make: Make, title: str = "前台 Reception", encryption: str = "sdes") -> Seat:
    """A seat with a phone of a make."""
    return Seat.model_validate(
        {
            "name": "desk1",
            "number": "8101",
            "title": title,
            "encryption": encryption,
            "codecs": ["g722", "alaw"],
            "phone": Phone(make=make, mac=MAC),
        }
    )


def site_of(*seats: Seat) -> Site:
    """The sample with these seats only."""
    return sample_site().model_copy(update={"seats": list(seats)})


def account_of(
    make: Make, title: str = "前台 Reception", encryption: str = "sdes", at: Reach = REACH
) -> Account:
    """What that phone is told."""
    seat = seat_of(make, title, encryption)
    return account(site_of(seat), seat, at, secret)
