"""Networks as a setting names them: a list with commas."""

from __future__ import annotations

import ipaddress

from callcenter.errors import HotlineError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(text: str, setting: str) -> list[Network]:
    """The networks of ``text``, which stands in ``setting``. Raises HotlineError for what is none."""
    try:
        return [ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip()]
    except ValueError as error:
        raise HotlineError(
            f"{setting}: {error}; write networks with commas, as 10.1.0.0/24,10.2.0.7"
        ) from None
