"""The rendered tree boots without a complaint, and every object in it is there."""

from __future__ import annotations

import re

import pytest

from callcenter.site import Site
from tests.dialplan_templates.conftest import Boot
from tests.dialplan_templates.throwaway import Asterisk

pytestmark = [pytest.mark.asterisk, pytest.mark.req("GW-6")]


@pytest.fixture(scope="module")
def asterisk(boot: Boot, small_site: Site) -> Asterisk:
    return boot(small_site)


def counted(listing: str) -> int:
    found = re.search(r"Objects found: (\d+)", listing)
    assert found, listing
    return int(found[1])


def field(endpoint: str, name: str) -> str:
    found = re.search(rf"^ {name} +: (.*)$", endpoint, re.M)
    assert found, endpoint
    return found[1]


def test_a_clean_boot_logs_no_warning_and_no_error(asterisk: Asterisk) -> None:
    assert asterisk.complaints() == []


@pytest.mark.parametrize(
    ("kind", "number"),
    [("endpoints", 7), ("aors", 6), ("auths", 5), ("identifies", 2), ("registrations", 1), ("transports", 2)],
)
def test_every_sip_object_is_there(asterisk: Asterisk, kind: str, number: int) -> None:
    assert counted(asterisk.cli(f"pjsip show {kind}")) == number


def test_a_trunk_knows_its_name_and_fallback_flow(asterisk: Asterisk) -> None:
    endpoint = asterisk.cli("pjsip show endpoint e1_gateway")
    assert field(endpoint, "HL_TRUNK") == "e1_gateway"
    assert field(endpoint, "HL_FALLBACK") == "welcome"
    assert field(endpoint, "allow_transfer") == "false"


def test_a_gateway_that_signs_in_under_another_name_is_still_its_trunk(asterisk: Asterisk) -> None:
    assert field(asterisk.cli("pjsip show endpoint mx8"), "HL_TRUNK") == "analog"


def test_queues_have_their_strategy_weight_and_limit_and_no_member(asterisk: Asterisk) -> None:
    queues = asterisk.cli("queue show")
    assert "sales has 0 calls (max 20) in 'rrmemory' strategy" in queues
    assert re.search(r"support .*'leastrecent'.*W:10", queues)
    assert queues.count("No Members") == 3


def test_mailboxes_music_and_tones_are_there(asterisk: Asterisk) -> None:
    assert "2 voicemail users configured" in asterisk.cli("voicemail show users")
    assert re.findall(r"Class: (\w+)", asterisk.cli("moh show classes")) == ["default", "jazz"]
    assert "450/350,0/350" in asterisk.cli("indication show cn")


def test_features_media_and_the_ledger_are_as_rendered(asterisk: Asterisk) -> None:
    assert re.search(r"Attended Transfer +\S* +\*2", asterisk.cli("features show"))
    assert "25100" in asterisk.cli("rtp show settings")
    assert "CEL Logging: Enabled" in asterisk.cli("cel show status")
    assert "Logging:                    Disabled" in asterisk.cli("cdr show status")


def test_every_module_named_is_running(asterisk: Asterisk) -> None:
    wanted = (asterisk.home / "etc/hotline.d/modules/00-base.conf").read_text()
    running = asterisk.cli("module show")
    for name in re.findall(r"^load = (\S+)", wanted, re.M):
        assert re.search(rf"^{re.escape(name)} .*Running", running, re.M), name


def test_what_an_operator_adds_beside_is_read_after_ours(asterisk: Asterisk) -> None:
    own = asterisk.home / "etc/operator.d/queues.conf"
    own.parent.mkdir()
    own.write_text("[night_watch]\nstrategy = linear\n")
    asterisk.cli("queue reload all")
    queues = asterisk.cli("queue show")
    assert "night_watch has 0 calls" in queues
    assert "sales has 0 calls" in queues
    assert asterisk.complaints() == []
