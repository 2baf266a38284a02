"""One text message through a gateway over HTTP, and what became of it.

The token goes as ``Authorization: Bearer``. An answer that says neither yes nor no may mean that the message went
out: a time-out behind the gateway is one, as is a broken line.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, NamedTuple

import httpx

from callcenter.sms_fields import filled
from outreach.verdicts import NotTaken, Refused, TryLater, Unsure

SECONDS = 30.0
LATER = {401, 403, 408, 425, 429, 503}
"""Not taken, and may be when the gateway has room again or somebody has mended our account."""


class Message(NamedTuple):
    """To whom, and what."""

    number: str
    text: str


@dataclass(frozen=True)
class Gateway:
    """``fields`` are those of ``callcenter.sms_fields``; ``taken`` is in an answer that means yes."""

    url: str
    form: Literal["json", "form"]
    fields: dict[str, str]
    taken: str | None = None
    token: str | None = field(default=None, repr=False)


async def send(gateway: Gateway, message: Message) -> None:
    """Hand ``message`` over. Raises TryLater, Refused or Unsure; none of them tells of the text or the number."""
    fields = filled(gateway.fields, message.number, message.text)
    headers = {"Authorization": f"Bearer {gateway.token}"} if gateway.token else {}
    as_json, as_form = (fields, None) if gateway.form == "json" else (None, fields)
    try:
        async with httpx.AsyncClient(timeout=SECONDS, verify=_trusted()) as client:
            answer = await client.post(gateway.url, json=as_json, data=as_form, headers=headers)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise TryLater(f"the gateway can't be reached: {type(error).__name__}") from error
    except httpx.HTTPError as error:
        raise Unsure(type(error).__name__) from error
    verdict = _verdict(gateway, answer.status_code, answer.text)
    if verdict is not None:
        raise verdict


@cache
def _trusted() -> ssl.SSLContext:
    """Whom the gateway's certificate may come from, read once: it takes longer than the message."""
    return httpx.create_ssl_context()


def _verdict(gateway: Gateway, status: int, said: str) -> NotTaken | None:
    if status in LATER:
        return TryLater(f"HTTP {status}")
    if status >= 500:
        return Unsure(f"HTTP {status}")
    if not 200 <= status < 300:
        return Refused(f"HTTP {status}")
    if gateway.taken is not None and gateway.taken not in said:
        return Refused(f"HTTP {status}, without the word of HOTLINE_SMS_TAKEN")
    return None
