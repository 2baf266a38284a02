"""The house a load is played on by default: the sample site with agents enough, private and on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from callcenter.ports import App
from callcenter.settings import Settings
from callcenter.site import Site
from callcenter.site_file.document import load
from lab.demo.office_hours import with_office
from lab.instance import AsteriskInstance
from lab.loadtest.scenario import Scenario
from lab.ports import OWN_PORTS, need_free
from lab.progress import Progress
from lab.ready import SAMPLE, find_asterisk, live, make_prompts, save, set_up_database
from lab.running import at_work
from lab.sipp_run import Address

PORTS = {
    "sip_port": 23060,
    "ami_port": 23038,
    "agi_port": 23573,
    "http_port": 23088,
    "rtp_first": 40000,
    "rtp_last": 47999,
}
TRUNK = "e1"
TRUNK_ADDRESS = Address("127.0.0.2")
CARRIER = Address("127.0.0.2", 5060)
CHANNELS = 900
FIRST_AGENT = 5001
QUEUES = ("service", "faults")
"""Whom the agents of a load serve: those of the sample's main hotline."""


def settings(usual: Settings) -> Settings:
    """Settings of its own: embedded database, private Asterisk. A port that somebody has set stays."""
    own = {name: port for name, port in PORTS.items() if name not in usual.model_fields_set}
    elsewhere = dict.fromkeys(
        ("database_url", "asterisk", "asterisk_etc", "asterisk_log", "asterisk_spool", "asterisk_run")
    )
    hosts = dict.fromkeys(("sip_host", "ami_host", "agi_host"), "127.0.0.1")
    return usual.model_copy(update={**own, **elsewhere, **hosts, "home": usual.folder / "loadtest"})


def seats(scenario: Scenario) -> dict[str, str]:
    """Agent's number: seat, of all agents of a load."""
    count = sum(kind.count for kind in scenario.agents)
    return {str(number): f"l{number}" for number in range(FIRST_AGENT, FIRST_AGENT + count)}


def site(scenario: Scenario) -> Site:
    """The sample with these agents in its queues, a trunk wide enough, and each number on every trunk."""
    found: dict[str, Any] = load(SAMPLE).model_dump(mode="json", exclude_unset=True, by_alias=True)
    for agent, seat in seats(scenario).items():
        found["agents"].append({"number": agent, "title": agent, "languages": ["zh", "en"]})
        found["seats"].append({"name": seat, "number": f"8{agent}", "title": agent})
    for queue in found["queues"]:
        if queue["name"] in QUEUES:
            queue |= {
                "members": [{"agent": agent} for agent in seats(scenario)] or queue["members"],
                "wrapup_seconds": scenario.wrapup_seconds,
            }
    for trunk in found["trunks"]:
        trunk["channels"] = CHANNELS if trunk["name"] == TRUNK else trunk.get("channels")
    for did in found["dids"]:
        did.pop("trunk", None)
    return Site.model_validate(found)


@contextmanager
def house(app: App, scenario: Scenario, progress: Progress) -> Iterator[AsteriskInstance]:
    """Hotline at work on it, its office open, while the block lasts."""
    need_free(app.settings, OWN_PORTS)
    asterisk = find_asterisk(app, progress)
    set_up_database(app, progress)
    save(app, with_office(site(scenario), app.clock(), is_open=True))
    make_prompts(app, progress)
    with ExitStack() as stack:
        stack.enter_context(live(app, asterisk, progress))
        with progress.phase("Hotline at work"):
            stack.enter_context(at_work(app, progress.line))
        yield asterisk
