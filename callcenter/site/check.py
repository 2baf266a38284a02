"""The rules of a site that span parts. Each gives problems at the key that has to be mended.

A rule is a function from the whole site to its problems. References are in ``references.py``, hours
and dates in ``hours.py``, the way flows lead and what their steps ask for in ``callcenter/flow_review/check.py``.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from callcenter import feature_codes as features
from callcenter.site import Site
from callcenter.site.board_check import boards
from callcenter.site.edge import ByAddress, ByProvider, ByRegistration
from callcenter.site.fraud_check import fraud
from callcenter.site.hours import hours
from callcenter.site.peer_check import peers
from callcenter.site.phone_check import phones
from callcenter.site.problems import Path as Where
from callcenter.site.problems import Problem
from callcenter.site.recording_check import recording
from callcenter.site.references import exit_keys, references
from callcenter.site.room_check import rooms
from callcenter.site.routes import routes
from callcenter.site.staffing_check import STAFFING
from callcenter.site.survey_rules import surveys
from callcenter.site.trunk_check import trunks

Keyed = Iterable[tuple[Where, str]]

KEYS = {
    "trunks": "name",
    "boards": "name",
    "regions": "name",
    "rules": "name",
    "routes": "name",
    "peers": "name",
    "calendars": "name",
    "prompts": "name",
    "flows": "name",
    "queues": "name",
    "surveys": "name",
    "mailboxes": "number",
    "rooms": "number",
    "music": "name",
    "agents": "number",
    "seats": "name",
    "pause_reasons": "name",
}
"""What each part is called by."""


def problems(site: Site, folder: Path | None = None) -> list[Problem]:
    """Everything wrong with a site. ``folder``, the site file's, is looked into for recordings."""
    rules = (
        names,
        numbers,
        endpoints,
        addresses,
        members,
        *STAFFING,
        zones,
        hours,
        references,
        exit_keys,
        routes,
        trunks,
        boards,
        peers,
        fraud,
        surveys,
        recording,
        languages,
        words,
        feature_codes,
        rooms,
        phones,
    )
    found = [problem for rule in rules for problem in rule(site)]
    return found + (list(files(site, folder)) if folder is not None else [])


def names(site: Site) -> Iterator[Problem]:
    """No two parts of a kind share a name."""
    for part, key in KEYS.items():
        items = getattr(site, part)
        yield from _twice(((part, place, key), getattr(item, key)) for place, item in enumerate(items))
    yield from _twice((("languages", place), language) for place, language in enumerate(site.languages))


def numbers(site: Site) -> Iterator[Problem]:
    """A number reaches one thing: DIDs are unique on a trunk, seats and agents never share a number."""
    yield from _twice(
        (("dids", place, "number"), f"{did.number} on {did.trunk or 'every trunk'}")
        for place, did in enumerate(site.dids)
    )
    seats = [(("seats", place, "number"), seat.number) for place, seat in enumerate(site.seats)]
    agents = [(("agents", place, "number"), agent.number) for place, agent in enumerate(site.agents)]
    yield from _twice(seats)
    seat_numbers = {number for _, number in seats}
    for where, number in agents:
        if number in seat_numbers:
            yield Problem(where, f"{number} is a seat's number: give the agent another")


def endpoints(site: Site) -> Iterator[Problem]:
    """Trunks and seats are all SIP endpoints: their names and sign-in names never collide."""
    yield from _twice(
        [
            *((("trunks", place, "name"), trunk.name) for place, trunk in enumerate(site.trunks)),
            *((("seats", place, "name"), seat.name) for place, seat in enumerate(site.seats)),
        ],
        only="seats",
    )
    yield from _twice(
        (("trunks", place, "connection", "username"), trunk.connection.username)
        for place, trunk in enumerate(site.trunks)
        if isinstance(trunk.connection, ByRegistration)
    )


def addresses(site: Site) -> Iterator[Problem]:
    """A call's source address tells its trunk, so an address belongs to one trunk."""
    yield from _twice(
        (("trunks", place, "connection", *where), host)
        for place, trunk in enumerate(site.trunks)
        if isinstance(trunk.connection, ByAddress | ByProvider)
        for where, host in _hosts(trunk.connection)
    )


def _hosts(connection: ByAddress | ByProvider) -> Keyed:
    if isinstance(connection, ByProvider):
        yield ("server",), connection.server
    for place, host in enumerate(connection.hosts):
        yield ("hosts", place), host


def members(site: Site) -> Iterator[Problem]:
    """An agent is in a queue once."""
    for place, queue in enumerate(site.queues):
        yield from _twice(
            (("queues", place, "members", number, "agent"), member.agent)
            for number, member in enumerate(queue.members)
        )


def zones(site: Site) -> Iterator[Problem]:
    """Time zones exist."""
    known = _known_zones()
    written = [
        (("timezone",), site.timezone),
        *(
            (("calendars", place, "timezone"), calendar.timezone)
            for place, calendar in enumerate(site.calendars)
        ),
    ]
    for where, zone in written:
        if zone not in known:
            yield Problem(where, f"there is no time zone {zone}: give one such as Asia/Shanghai")


@cache
def _known_zones() -> frozenset[str]:
    """Looked up once in a process: it opens six hundred files."""
    return frozenset(zoneinfo.available_timezones())


def languages(site: Site) -> Iterator[Problem]:
    """Languages used are languages of the site."""
    used: list[tuple[Where, str | None]] = [
        *((("trunks", place, "language"), trunk.language) for place, trunk in enumerate(site.trunks)),
        *((("dids", place, "language"), did.language) for place, did in enumerate(site.dids)),
        *((("flows", place, "language"), flow.language) for place, flow in enumerate(site.flows)),
        *((("rules", place, "language"), rule.language) for place, rule in enumerate(site.rules)),
        *(
            (("rules", place, "languages", number), language)
            for place, rule in enumerate(site.rules)
            for number, language in enumerate(rule.languages)
        ),
        *(
            (("agents", place, "languages", number), language)
            for place, agent in enumerate(site.agents)
            for number, language in enumerate(agent.languages)
        ),
        *(
            (("flows", place, "steps", name, "language"), step.language)
            for place, flow in enumerate(site.flows)
            for name, step in flow.steps.items()
            if step.kind == "language"
        ),
        *(
            (("pause_reasons", place, "title", language), language)
            for place, reason in enumerate(site.pause_reasons)
            for language in reason.title
        ),
    ]
    for where, language in used:
        if language is not None and language not in site.languages:
            yield Problem(where, f"{language} is not among the site's languages: {', '.join(site.languages)}")


def words(site: Site) -> Iterator[Problem]:
    """Each prompt says something, and says it in every language of the site."""
    for place, prompt in enumerate(site.prompts):
        spoken = {*prompt.text, *prompt.audio}
        if not spoken:
            yield Problem(("prompts", place), f"{prompt.name} says nothing: give it text or audio")
            continue
        lacking = [language for language in site.languages if language not in spoken]
        if lacking:
            message = f"{prompt.name} is not spoken in {', '.join(lacking)}: add its text or audio"
            yield Problem(("prompts", place), message, warning=True)


def feature_codes(site: Site) -> Iterator[Problem]:
    """Codes are for features there are, and each for one."""
    for name in site.feature_codes:
        if name not in features.BY_NAME:
            known = ", ".join(features.BY_NAME)
            yield Problem(("feature_codes", name), f"there is no feature {name}; there are: {known}")
    for name in features.doubled(site.feature_codes):
        yield Problem(("feature_codes", name), "this code is another feature's: give another")


def files(site: Site, folder: Path) -> Iterator[Problem]:
    """Recordings and music lie in the site file's folder."""
    wanted: list[tuple[Where, str | None]] = [
        *(
            (("prompts", place, "audio", language), audio)
            for place, prompt in enumerate(site.prompts)
            for language, audio in prompt.audio.items()
        ),
        *((("music", place, "folder"), music.folder) for place, music in enumerate(site.music)),
    ]
    root = folder.resolve()
    for where, written in wanted:
        if written is None:
            continue
        found = (root / written).resolve()
        if not found.is_relative_to(root):
            yield Problem(where, f"{written} lies outside the site file's folder: move it there")
        elif not found.exists():
            yield Problem(where, f"there is no {written} beside the site file")


def _twice(keyed: Keyed, only: str | None = None) -> Iterator[Problem]:
    """A problem at each value met before; ``only``: at those whose path begins so."""
    seen: set[str] = set()
    for where, value in keyed:
        if value in seen and only in (None, where[0]):
            yield Problem(where, f"{value} is there already: give another")
        seen.add(value)
