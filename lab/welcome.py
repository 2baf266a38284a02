"""What somebody who has just started a lab wants to know: what to dial, with which phone, where things are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from callcenter.ports import App
from callcenter.site import Site
from lab.running import log_folder


def welcome(app: App) -> str:
    """The text, many lines."""
    site = app.site()
    parts: list[tuple[str, Iterator[str]]] = [
        ("Hotline is up; Ctrl-C stops it.", iter(())),
        ("Numbers to dial from a seat", _numbers(site)),
        ("Accounts for softphones", _accounts(app, site)),
        ("What to type in another terminal", _commands(app, site)),
        ("Where things are", _places(app)),
    ]
    return "\n".join(line for title, lines in parts for line in (title, *(f"  {each}" for each in lines)))


def _numbers(site: Site) -> Iterator[str]:
    """Every number; a seat reaches them all."""
    for did in site.dids:
        yield f"{did.number}  {did.title}"


def _accounts(app: App, site: Site) -> Iterator[str]:
    where = f"{app.settings.sip_host}:{app.settings.sip_port}, UDP"
    seats = [seat for seat in site.seats if seat.kind == "inside" and seat.site is None][:2]
    for seat, purpose in zip(seats, ("to answer with", "to call from"), strict=False):
        secret = app.secrets(f"seat/{seat.name}")
        yield f"{purpose:<15} user {seat.name}, password {secret}, server {where}   seat {seat.number} {seat.title}"


def _commands(app: App, site: Site) -> Iterator[str]:
    hotline = _typed(app)
    if site.agents and site.seats:
        agent = site.agents[0]
        yield f"{hotline} agents login {agent.number} --seat {site.seats[0].name}   seats agent {agent.title}"
    yield f"{hotline} calls list   then: {hotline} calls show ID"
    if app.settings.web_port:
        yield f"{hotline} keys add crm --right read --right dial   makes a key for the HTTP interface"


def _typed(app: App) -> str:
    """How this very program is called from here."""
    name = sys.argv[0] if Path(sys.argv[0]).name == "hotline" else "hotline"
    default = Path.cwd() / ".hotline"
    return name if app.settings.folder == default else f"{name} --home {app.settings.folder}"


def _places(app: App) -> Iterator[str]:
    settings = app.settings
    yield f"home        {settings.folder}"
    yield f"database    {app.engine().url.render_as_string(hide_password=True)}"
    yield f"recordings  {settings.recordings}"
    if settings.web_port:
        yield f"HTTP        http://{settings.web_host}:{settings.web_port}/api/v1, by key: docs/guide/api.md"
    yield f"logs        {log_folder(settings)}, Asterisk's in {settings.log}"
