"""Which file a phone asks for, and what it is given; pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import NamedTuple

from callcenter.site.phones import Phone
from phones.account import Account
from phones.makes import fanvil, grandstream, yealink

MAKES: Mapping[str, ModuleType] = {"yealink": yealink, "grandstream": grandstream, "fanvil": fanvil}


class File(NamedTuple):
    """What is sent."""

    content_type: str
    text: str


def file_name(phone: Phone) -> str:
    """The file that this phone asks for."""
    name: str = MAKES[phone.make].file_name(phone.address)
    return name


def file_of(account: Account, phone: Phone) -> File:
    """What is in that file."""
    make = MAKES[phone.make]
    return File(make.CONTENT_TYPE, make.render(account))
