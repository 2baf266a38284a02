"""The allow-listed kinds of text a site description is made of.

Whatever passes these types may be written into an Asterisk file, a path or a page:
no control characters, no line ends, and names from a small alphabet.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

MEANINGS: dict[str, str] = {}
"""What each pattern asks for, in words a person can act on: the errors of a site file are made of these."""


def allow(pattern: str, meaning: str) -> StringConstraints:
    """Constrain a text to ``pattern`` and keep what that means in words."""
    MEANINGS[pattern] = meaning
    return StringConstraints(pattern=pattern)


Name = Annotated[
    str,
    allow(r"^[a-z][a-z0-9_]{0,39}$", "lower-case letters, digits and _, a letter first, at most 40"),
]
"""A thing's own name inside the site: lower-case letters, digits and underscores."""

Title = Annotated[
    str,
    allow(
        r"^[^\x00-\x1f\x7f\u0085\u2028\u2029]{1,120}$",
        "text on one line, 1 to 120 characters, no control characters",
    ),
]
"""Free text for people: any script, one line, no control characters."""

Text = Annotated[
    str,
    allow(
        r"^[^\x00-\x1f\x7f\u0085\u2028\u2029]{1,1000}$",
        "text on one line, 1 to 1000 characters, no control characters",
    ),
]
"""Longer text, spoken to callers or written for readers of the site."""

Number = Annotated[str, allow(r"^\+?[0-9]{2,20}$", "2 to 20 digits, with or without a + before them")]
"""A telephone number as dialled."""

Extension = Annotated[str, allow(r"^[0-9]{2,8}$", "2 to 8 digits")]
"""An inside number: a seat, an agent or a mailbox."""

Key = Annotated[str, allow(r"^[0-9*#]$", 'one telephone key: "0" to "9", "*" or "#"')]
"""One telephone key."""


def _address(host: str) -> str:
    """Refuse what can only be meant as an address and is none."""
    if ":" in host or not host.strip("0123456789."):
        try:
            ip_address(host)
        except ValueError:
            port = "; the port is a key of its own" if host.count(":") == 1 else ""
            raise ValueError(f'"{host}" is no address: four numbers from 0 to 255, or IPv6{port}') from None
    return host


Host = Annotated[
    str,
    allow(r"^[A-Za-z0-9.:_-]{1,253}$", "a host name or an address, without a port"),
    AfterValidator(_address),
]
"""A host name or an address, without a port."""

Language = Annotated[str, allow(r"^[a-z]{2}(_[A-Z]{2})?$", "a language such as zh, en or pt_BR")]
"""A prompt language: zh, en, or any other for which prompts exist."""

Zone = Annotated[str, allow(r"^[A-Za-z0-9_+/-]{1,64}$", "an IANA time zone such as Asia/Shanghai")]
"""An IANA time zone."""

RelativePath = Annotated[
    str,
    allow(
        r"^[^/\x00-\x1f\x7f\u0085\u2028\u2029][^\x00-\x1f\x7f\u0085\u2028\u2029]{0,199}$",
        "a path below the site file's folder",
    ),
]
"""A file or folder, seen from the site file's folder."""


class Part(BaseModel):
    """Base of everything in a site: immutable, and a key nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)

    note: Text | None = None
    """A word to the reader, which survives where a comment would not. It changes nothing."""
