"""The allow-listed kinds of text a site description is made of.

Whatever passes these types may be written into an Asterisk file, a path or a page:
no control characters, no line ends, and names from a small alphabet.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A thing's own name inside the site: lower-case letters, digits and underscores."""

Title = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f\u0085\u2028\u2029]{1,120}$")]
"""Free text for people: any script, one line, no control characters."""

Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{2,20}$")]
"""A telephone number as dialled."""

Extension = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,8}$")]
"""An inside number: a seat, an agent or a mailbox."""

Key = Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")]
"""One telephone key."""

Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:_-]{1,253}$")]
"""A host name or an address, without a port."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(_[A-Z]{2})?$")]
"""A prompt language: zh, en, or any other for which prompts exist."""


class Part(BaseModel):
    """Base of everything in a site: immutable, and a key nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)
