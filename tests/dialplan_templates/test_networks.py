"""Who else than this machine may reach the manager, and which phones reach it without a router."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from callcenter.site import Site
from dialplan_templates.render import render
from tests.dialplan_templates.throwaway import deployment

WHERE = deployment(Path("/srv/hotline"))
NETS = ("172.30.57.0/24", "10.2.0.7/32")


@pytest.mark.req("SEC-2")
def test_the_manager_takes_this_machine_and_named_networks_after_it_has_refused_all(small_site: Site) -> None:
    text = render(small_site, replace(WHERE, ami_host="172.30.57.2", ami_from=NETS))["manager/00-base.conf"]
    lines = text.splitlines()
    assert "bindaddr = 172.30.57.2" in lines
    rules = [line for line in lines if line.startswith(("deny", "permit"))]
    assert rules == [
        "deny = 0.0.0.0/0.0.0.0",
        "permit = 127.0.0.1/255.255.255.255",
        *(f"permit = {net}" for net in NETS),
    ]


def test_who_is_not_in_the_inside_networks_is_told_the_outside_address(small_site: Site) -> None:
    given = replace(WHERE, outside_host="198.51.100.7", inside_nets=NETS[:1])
    lines = render(small_site, given)["pjsip/00-base.conf"].splitlines()
    assert "external_media_address = 198.51.100.7" in lines
    assert [line for line in lines if line.startswith("local_net")] == [
        "local_net = 127.0.0.0/8",
        "local_net = 172.30.57.0/24",
    ]
