"""What the templates are given: the site, where it is deployed, and the few things that must be computed."""

from __future__ import annotations

import ipaddress
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from callcenter.agents.personal_queues import personal_queues
from callcenter.errors import HotlineError
from callcenter.secrets import CLOSING_PIN
from callcenter.site import Site
from callcenter.site.board_lines import telephones
from callcenter.site.edge import ByAddress, Seat
from dialplan_templates.alone import agent_queues, pickup_groups, recorded_trunks
from dialplan_templates.quoting import Quoted, long_secret, pin, value


@dataclass(frozen=True)
class Directories:
    """Asterisk's own folders, for ``[directories]`` of asterisk.conf."""

    etc: Path
    modules: Path
    data: Path
    state: Path
    """Its small database, keys and cache; kept over restarts."""
    spool: Path
    run: Path
    log: Path


@dataclass(frozen=True)
class Deployment:
    """The machine a site is rendered for: folders, addresses, ports and secrets."""

    system_name: str
    """Part of every uniqueid, so that ids stay unique over restarts and nodes."""
    directories: Directories
    prompts: Path
    """Folder of spoken prompts."""
    music: Path
    """Folder of the built-in melody; a music folder that is no absolute path is taken from here."""
    secret: Callable[[str], str]
    """A stored secret by name: seat/NAME, trunk/NAME, mailbox/NUMBER, ami/hotline, agi/token."""
    sip_host: str = "127.0.0.1"
    sip_port: int = 5060
    rtp_first: int = 10000
    rtp_last: int = 20000
    ami_host: str = "127.0.0.1"
    ami_port: int = 5038
    ami_from: Sequence[str] = ()
    """Networks besides this machine that may sign in at the manager."""
    agi_host: str = "127.0.0.1"
    agi_port: int = 4573
    http_host: str = "127.0.0.1"
    http_port: int = 8088
    sip_tls_port: int = 5061
    wss_port: int | None = None
    """Where browsers reach Asterisk by themselves; None: only what runs on this machine passes them on."""
    certificate: Path | None = None
    certificate_key: Path | None = None
    """What TLS shows: both or none. Without them there is no TLS."""
    authorities: Path | None = None
    """Whom carriers' certificates must be by."""
    outside_host: str | None = None
    """This machine's address as remote phones see it, when a router translates it."""
    inside_nets: Sequence[str] = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    """Phones in these reach this machine without a router that translates addresses (RFC 1918)."""
    opus_module: str | None = "codec_opus_open_source.so"
    """The module that transcodes opus; None when this Asterisk has none and opus only passes through."""


SHARD_STEPS = ((100, 1), (1000, 10))
MAX_SHARDS = 100
"""Files of seats: a reload slows with their number (1,000 files 1.9 s, 2,000 files 17.6 s)."""


SEAT_OBJECTS = ("endpoints", "auths", "aors")
"""What a seat is made of, each kind in files of its own: Asterisk reads the files once for every kind."""


def shards(seats: Iterable[Seat]) -> list[list[Seat]]:
    """The seats by file. A name always has the same file: one change touches one of each kind."""
    everyone = sorted(seats, key=lambda seat: seat.name)
    count = next((files for limit, files in SHARD_STEPS if len(everyone) <= limit), MAX_SHARDS)
    files: list[list[Seat]] = [[] for _ in range(count)]
    for seat in everyone:
        files[zlib.crc32(seat.name.encode()) % count].append(seat)
    return files


def sip_address(host: str) -> str:
    """A host as a SIP address names it: an IPv6 one in brackets. Raises HotlineError for ``host:port``."""
    if ":" not in host:
        return host
    try:
        return f"[{ipaddress.IPv6Address(host)}]"
    except ipaddress.AddressValueError:
        raise HotlineError(f"{host}: give the port in its own field; this is no IPv6 address") from None


def exit_context(keys: Iterable[str]) -> str:
    """The dialplan context of the keys that leave a queue; * is written s and # h: ``hotline_exit_0s``."""
    return "hotline_exit_" + "".join(sorted(set(keys))).translate(str.maketrans("*#", "sh"))


def variables(site: Site, where: Deployment) -> Mapping[str, Any]:
    """The names every template sees. Raises HotlineError when two objects would share a name in a file."""
    _refuse_twins(site)
    if site.uses_tls and where.certificate is None:
        raise HotlineError("TLS needs a certificate: run hotline certificates make")
    secure_trunks = [trunk.name for trunk in site.trunks if trunk.is_secure]
    if secure_trunks:
        _must_know_authorities(secure_trunks[0], where.authorities)
    codecs = chain(*(trunk.codecs for trunk in site.trunks), *(seat.codecs for seat in site.seats))
    return {
        "site": site,
        "where": where,
        **_secrets(where.secret),
        "sip_address": sip_address,
        "exit_context": exit_context,
        "personal_queues": personal_queues(site),
        "telephones": telephones(site),
        "pickup_groups": pickup_groups(site),
        "recorded_trunks": recorded_trunks(site),
        "agent_queues": agent_queues(site),
        "boxes": {mailbox.number for mailbox in site.mailboxes},
        "browser_seats": any(seat.kind == "browser" for seat in site.seats),
        "own_and_outside_address": _is_address(where.sip_host) and _is_address(where.outside_host),
        "secure": site.uses_tls,
        "secure_trunks": secure_trunks,
        "opus": "opus" in codecs,
        "links": {peer.trunk for peer in site.peers},
        "far": _far(site),
    }


def _is_address(host: str | None) -> bool:
    """Whether that is one machine's address; what browsers are told can be no name."""
    try:
        return not ipaddress.ip_address(host or "").is_unspecified
    except ValueError:
        return False


def _far(site: Site) -> Mapping[str, ByAddress]:
    """The seats that are phones of other sites, and where these sites are."""
    links = {trunk.name: trunk.connection for trunk in site.trunks}
    ways = {peer.name: links[peer.trunk] for peer in site.peers}
    found = ((seat.name, ways.get(seat.site or "")) for seat in site.seats)
    return {name: way for name, way in found if isinstance(way, ByAddress)}


def _must_know_authorities(trunk: str, file: Path | None) -> None:
    """Asterisk opens no TLS at all, for phones neither, when it can't read this file."""
    if file is None or not file.is_file():
        raise HotlineError(
            f"trunk {trunk} needs to know whom to trust, and there is no {file}: "
            "set HOTLINE_TLS_AUTHORITIES to the carrier's authority (PEM), or install ca-certificates"
        )


def _secrets(stored: Callable[[str], str]) -> dict[str, Callable[[str], Quoted]]:
    """Look-ups by a secret's name, checked and quoted: our own, a provider's, and a mailbox's PIN."""
    return {
        "secret": lambda name: long_secret(stored(name), f"secret {name}"),
        "foreign_secret": lambda name: value(stored(name), f"secret {name}"),
        "pin": lambda name: pin(stored(name), f"secret {name}"),
    }


def secret_names(site: Site) -> list[str]:
    """Every secret that a site's files hold, and its agents' PINs, so that all are made at once."""
    return [
        "ami/hotline",
        "agi/token",
        CLOSING_PIN,
        *(
            f"trunk/{trunk.name}"
            for trunk in site.trunks
            if trunk.connection.by in ("registration", "provider")
        ),
        *(f"seat/{seat.name}" for seat in site.seats if seat.site is None),
        *(f"phone/{seat.name}" for seat in site.seats if seat.phone is not None),
        *(f"mailbox/{mailbox.number}" for mailbox in site.mailboxes),
        *(f"{kind}/{room.number}" for room in site.rooms for kind in ("room", "room-host")),
        *(f"agent/{agent.number}" for agent in site.agents),
    ]


def _refuse_twins(site: Site) -> None:
    """One section name given twice makes Asterisk drop every object of that type."""
    accounts = [trunk.connection.username for trunk in site.trunks if trunk.connection.by == "registration"]
    endpoints = {trunk.name for trunk in site.trunks} | set(accounts)
    names = {
        "trunk": [trunk.name for trunk in site.trunks],
        "gateway account": accounts,
        "seat (or trunk)": [*endpoints, *(seat.name for seat in site.seats)],
        "queue": [queue.name for queue in site.queues],
        "mailbox": [mailbox.number for mailbox in site.mailboxes],
        "music": [music.name for music in site.music],
    }
    for kind, given in names.items():
        for name, times in Counter(given).items():
            if times > 1:
                raise HotlineError(f"{kind} {name}: the name is given {times} times; each needs its own")
