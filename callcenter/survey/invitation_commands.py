"""``hotline scores invite`` and ``hotline scores invitations``: links to a survey's page."""

from __future__ import annotations

import click
from sqlalchemy import select

from callcenter.calls.page import columns
from callcenter.errors import HotlineError
from callcenter.ports import App
from callcenter.printing import as_json, print_rows
from callcenter.settings import Settings
from callcenter.site_file.store import time_zone
from callcenter.survey.invitations import by_hand, link
from schema.surveys import Invitation

STATES = ("waiting", "sending", "sent", "given_up", "answered", "expired")
COLUMNS = ("created_at", "call_id", "visit", "number", "survey", "state", "tries", "expires_at", "error")


@click.command()
@click.argument("call")
@click.option("--visit", type=click.IntRange(1), help="of the call; default: the last that was answered")
@click.option("--number", help="the mobile phone it is sent to; default: the caller's")
@click.pass_obj
def invite(app: App, call: str, visit: int | None, number: str | None) -> None:
    """Send the caller a link to the survey's page, and print it; the one there is, if there is one."""
    with app.sessions().begin() as session:
        made = by_hand(session, app.site(), call, visit, number, app.clock())
        address = link(_web_url(app.settings), made.token)
    click.echo(address)


@click.command()
@click.option("--state", type=click.Choice(STATES), help="only these; default: all")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="how many")
@as_json
@click.pass_obj
def invitations(app: App, state: str | None, last: int, json_wanted: bool) -> None:
    """Links that were sent, are to be sent or could not be, the newest first; never the links themselves."""
    wanted = select(Invitation).order_by(Invitation.created_at.desc(), Invitation.id.desc()).limit(last)
    if state is not None:
        wanted = wanted.where(Invitation.state == state)
    with app.sessions(read_only=True)() as session:
        zone = None if json_wanted else time_zone(session)
        rows = [
            {name: value for name, value in columns(row, zone).items() if name != "token"}
            for row in session.scalars(wanted)
        ]
    print_rows(rows, COLUMNS, json_wanted, zone)


def _web_url(settings: Settings) -> str:
    """Raises HotlineError when no link can be made or sent."""
    if settings.web_url is None:
        raise HotlineError("there is no page to lead to: set HOTLINE_WEB_URL and HOTLINE_WEB_PORT")
    if settings.sms_url is None:
        raise HotlineError("there is no gateway for messages: set HOTLINE_SMS_URL")
    return settings.web_url
