"""Hosts of trunks: a name, or an address that can be one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.callcenter.test_site_file import SMALL, told

TRUNK = SMALL + 'trunks: [{{name: e1, title: E1, connection: {{by: address, hosts: ["{}"]}}}}]\n'


@pytest.mark.parametrize(
    "host", ["300.1.1.1", "1.2.3", "10.0.0.1.", "1.2.3.4.5", "010.0.0.1", "12345", "10.0.0.1:5060", "1::2::3"]
)
def test_a_host_that_can_only_be_an_address_is_one(tmp_path: Path, host: str) -> None:
    [error] = told(tmp_path, TRUNK.format(host))
    assert error.startswith(
        f'site.yaml:5: trunks[0].connection.hosts[0]: "{host}" is no address: four numbers '
    )
    assert error.endswith("; the port is a key of its own") == (host == "10.0.0.1:5060")


@pytest.mark.parametrize("host", ["10.0.0.1", "2001:db8::1", "gw1.example.com", "3com.example", "4a"])
def test_names_and_addresses_are_hosts(tmp_path: Path, host: str) -> None:
    assert told(tmp_path, TRUNK.format(host)) == []
