"""The cable to a machine that is booted lies in a network that this one does not have."""

from __future__ import annotations

from tests.boot.machine import free_network

DEFAULT = "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0"
OWN = "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0"
OTHER = "hl0\t006433C6\t00000000\t0001\t0\t0\t0\tFCFFFFFF\t0\t0\t0"


def free(*routes: str) -> str:
    return str(free_network("\n".join(("Iface\tDestination\tGateway", *routes))))


def test_a_default_route_takes_none() -> None:
    assert free(DEFAULT) == "192.0.2.0/24"


def test_a_network_that_is_here_is_passed_over() -> None:
    assert free(DEFAULT, OWN) == "198.51.100.0/24"


def test_part_of_one_is_as_good_as_all_of_it() -> None:
    assert free(DEFAULT, OWN, OTHER) == "203.0.113.0/24"
