"""The dialplan: stable entries, and contexts named after their own content.

``extensions/00-entry.conf`` leads to ``call_<hash>``; the hash covers everything below it, so an
unchanged dialplan keeps its names over versions, and a changed one never shifts a running call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment

from callcenter.agents.personal_queues import personal_queues
from callcenter.feature_codes import BY_NAME
from callcenter.recording_policy import agent_percents
from callcenter.routing.inside import RING_SECONDS
from callcenter.routing.links import MAX_SITES
from callcenter.site import Site
from callcenter.site.board_lines import telephones
from dialplan_templates.everybody import open_ways
from dialplan_templates.hands import HANDS, hands_contexts
from dialplan_templates.render import environment
from dialplan_templates.static_menu import PromptFile, StaticMenu, static_menus
from dialplan_templates.stubs import LIVE

AGI_PATIENCE_SECONDS = 4
"""How long a script may take to its first prompt; it re-arms the timer before each verb after that."""
STATIC_WAIT_SECONDS = 300
"""How long a caller of the static menu waits in a queue before the sorry message."""
NUMBERS = f"{LIVE}/inside/00-numbers.conf"
"""Read by the dialplan itself, so that it does not grow with seats."""
ALONE = ("echo", "pickup", "park")
"""Features that go on while FastAGI is away."""
PLACEHOLDER = "content"
BODY = ("10-call", "20-inside", "30-hands", "40-survey", "50-mailbox", "60-conference")
LINKS = "70-links"
"""The template of calls between sites, where there are any."""
"""The templates of the contexts that carry the hash."""


@dataclass(frozen=True, slots=True)
class ExitKeys:
    """The keys that leave a queue, and the context app_queue looks them up in."""

    name: str
    keys: tuple[str, ...]


def exit_context(keys: Sequence[str]) -> str:
    """The context of a set of exit keys: ``hotline_exit_1``; ``*`` reads s and ``#`` reads h."""
    return "hotline_exit_" + "".join(sorted(keys)).replace("*", "s").replace("#", "h")


def exit_key_sets(site: Site) -> list[ExitKeys]:
    """Every different set of exit keys in use, each once."""
    leaving = [*(queue.exit_keys for queue in site.queues), *(own.exit_keys for own in personal_queues(site))]
    sets = {exit_context(keys): tuple(sorted(keys)) for keys in leaving}
    return [ExitKeys(name, keys) for name, keys in sorted(sets.items()) if keys]


@dataclass(frozen=True, slots=True)
class DialplanPaths:
    """What the dialplan needs to know of its surroundings."""

    agi_url: str
    agi_token: str
    prompts_folder: str
    part_folder: str
    spool: str


def render_dialplan(site: Site, paths: DialplanPaths, prompt_file: PromptFile) -> dict[str, str]:
    """``extensions/…`` file names and texts for a site."""
    jinja = environment()
    menus = static_menus(site, prompt_file)
    body = _calls(site, paths, prompt_file, jinja, menus, PLACEHOLDER)
    digest = hashlib.sha256(body.encode()).hexdigest()[:8]
    entry = jinja.get_template("extensions/00-entry.conf.j2").render(
        call_context=f"call_{digest}",
        agent_context=f"agent_{digest}",
        survey_context=f"survey_{digest}",
        conference_context=f"conference_{digest}",
        **hands_contexts(digest),
        inside_context=f"inside_{digest}",
        link_context=f"link_{digest}",
        links=bool(site.peers),
        telephones=bool(telephones(site)),
        secure=any(seat.encryption != "none" for seat in site.seats),
        exit_key_sets=exit_key_sets(site),
    )
    calls = _calls(site, paths, prompt_file, jinja, menus, digest)
    return {"extensions/00-entry.conf": entry, f"extensions/call-{digest}.conf": calls}


def _calls(
    site: Site,
    paths: DialplanPaths,
    prompt_file: PromptFile,
    jinja: Environment,
    menus: list[StaticMenu],
    digest: str,
) -> str:
    given = dict(
        call_context=f"call_{digest}",
        agent_context=f"agent_{digest}",
        inside_context=f"inside_{digest}",
        record_context=f"record_{digest}",
        link_context=f"link_{digest}",
        links=bool(site.peers),
        site_name=site.name,
        most_sites=MAX_SITES,
        survey_context=f"survey_{digest}",
        mailbox_context=f"mailbox_{digest}",
        conference_context=f"conference_{digest}",
        greetings=[
            (box.number, prompt_file(box.greeting, site.languages[0]))
            for box in site.mailboxes
            if box.greeting
        ],
        announcing=[room for room in site.rooms if room.announce == "beep"],
        agi_patience_seconds=AGI_PATIENCE_SECONDS,
        static_wait_seconds=STATIC_WAIT_SECONDS,
        agent_percents=sorted(agent_percents(site).items()),
        static_menus=menus,
        sorry_file=prompt_file(site.sorry or "", site.languages[0]),
        everybody_context=f"everybody_{digest}",
        open_ways=open_ways(site),
        codes_context=f"codes_{digest}",
        codes={name: site.feature_codes.get(name, BY_NAME[name].code) for name in ALONE},
        parking_seconds=site.parking_seconds,
        numbers_file=NUMBERS,
        ring_seconds=RING_SECONDS,
        confirm_file=prompt_file("house-confirm", site.languages[0]),
        **hands_contexts(digest),
        **HANDS,
        **{name: getattr(paths, name) for name in DialplanPaths.__dataclass_fields__},
    )
    templates = (*BODY, LINKS) if site.peers else BODY
    return "\n".join(jinja.get_template(f"extensions/{name}.conf.j2").render(given) for name in templates)
