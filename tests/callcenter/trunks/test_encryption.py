"""What a site file may say of a trunk's encryption."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.site import Site
from callcenter.site.trunk_check import trunks

pytestmark = pytest.mark.req("GW-3")
CARRIER = {"by": "address", "hosts": ["192.0.2.9"], "port": 5061}


def problems(
    connection: dict[str, Any], peers: list[dict[str, Any]] | None = None, **fields: str
) -> list[str]:
    trunk = {"name": "line", "title": "x", "connection": connection, **fields}
    plain = {"name": "x", "title": "x", "timezone": "Asia/Shanghai", "languages": ["zh"]}
    site = Site.model_validate({**plain, "trunks": [trunk], "peers": peers or []})
    return [f"{'.'.join(map(str, problem.path[2:]))}: {problem.message}" for problem in trunks(site)]


def test_a_carrier_by_tls_with_or_without_srtp_is_fine() -> None:
    assert problems(CARRIER, transport="tls") == []
    assert problems(CARRIER, transport="tls", encryption="sdes") == []


def test_keys_in_the_open_are_refused() -> None:
    assert problems(CARRIER, encryption="sdes") == [
        "encryption: without transport: tls everybody on the way reads the keys: add it, or leave this out"
    ]


@pytest.mark.parametrize(
    "connection",
    [{"by": "registration", "username": "gw"}, {"by": "board", "group": 1}],
    ids=["gateway", "board"],
)
def test_who_has_no_tls_with_us_is_refused(connection: dict[str, Any]) -> None:
    assert problems(connection, transport="tls") == [
        "transport: tls is for trunks by address or provider: leave this out"
    ]


def test_the_port_without_tls_is_warned_of() -> None:
    assert problems({**CARRIER, "port": 5060}, transport="tls") == [
        "connection.port: 5060 is usually the port without TLS: carriers have TLS at 5061"
    ]


def test_a_link_to_another_site_is_refused() -> None:
    peers = [{"name": "shanghai", "title": "x", "trunk": "line", "inside": ["62xx"]}]
    assert problems(CARRIER, peers, transport="tls") == [
        "transport: phones of another site are reached by UDP: leave this out"
    ]
