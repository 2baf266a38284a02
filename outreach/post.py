"""One mail over SMTP, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

import aiosmtplib

from outreach.verdicts import NotTaken, Refused, TryLater, Unsure

SMTP_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    """A mail server. ``tls``: from the beginning (tls), asked for (starttls), or none."""

    host: str
    port: int = 25
    tls: Literal["none", "starttls", "tls"] = "none"
    username: str | None = None
    password: str | None = None


async def post(server: Server, letter: EmailMessage) -> None:
    """Hand ``letter`` to the server. Raises TryLater, Refused or Unsure."""
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=SMTP_SECONDS,
        use_tls=server.tls == "tls",
        start_tls=False,
    )
    try:
        await _up_to_the_text(client, server, letter)
    except aiosmtplib.SMTPResponseException as error:
        client.close()
        raise _verdict(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise TryLater(str(error) or type(error).__name__) from error
    try:
        await client.data(letter.as_bytes())
    except aiosmtplib.SMTPResponseException as error:
        raise _verdict(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unsure(str(error) or type(error).__name__) from error
    finally:
        client.close()


async def _up_to_the_text(client: aiosmtplib.SMTP, server: Server, letter: EmailMessage) -> None:
    await client.connect()
    if server.tls == "starttls":
        await client.starttls()
    if server.username:
        await client.login(server.username, server.password or "")
    await client.mail(letter["From"].addresses[0].addr_spec)
    await client.rcpt(letter["To"].addresses[0].addr_spec)


def _verdict(error: aiosmtplib.SMTPResponseException) -> NotTaken:
    said = f"{error.code} {error.message}"
    return TryLater(said) if 400 <= error.code < 500 else Refused(said)
