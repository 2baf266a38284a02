"""``hotline secrets set|list|show``: a secret is read from a prompt or stdin, never from the command line."""

from __future__ import annotations

import sys

import click

from callcenter.errors import NotFound
from callcenter.ports import App
from callcenter.printing import as_json, print_json

KINDS = (
    *("agent", "agi", "ami", "closing", "mailbox", "phone"),
    *("recordings", "room", "room-host", "seat", "sms", "smtp", "trunk"),
)


class SecretName(click.ParamType[str]):
    """``seat/desk1``, ``trunk/analog``, ``mailbox/100``, ``ami/hotline``, ``agi/token``."""

    name = "name"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        kind, slash, rest = str(value).partition("/")
        if kind not in KINDS or not slash or not rest:
            self.fail(
                f"{value} is no secret's name: write KIND/NAME, KIND one of {', '.join(KINDS)}", param, ctx
            )
        return str(value)


@click.group()
def secrets() -> None:
    """Passwords of trunks, seats and boxes, and Hotline's own; in one file only its owner reads."""


@secrets.command("list")
@as_json
@click.pass_obj
def list_secrets(app: App, json_wanted: bool) -> None:
    """The names of all secrets. Never the secrets."""
    names = app.secrets.names()
    if json_wanted:
        print_json(names)
        return
    for name in names:
        click.echo(name)


@secrets.command("show")
@click.argument("name", type=SecretName())
@as_json
@click.pass_obj
def show_secret(app: App, name: str, json_wanted: bool) -> None:
    """One secret, to type into a phone or gateway."""
    if name not in app.secrets.names():
        raise NotFound(f"there is no secret {name}; see hotline secrets list")
    secret = app.secrets(name)
    if json_wanted:
        print_json({"name": name, "secret": secret})
        return
    click.echo(secret)


@secrets.command("set")
@click.argument("name", type=SecretName())
@click.pass_obj
def set_secret(app: App, name: str) -> None:
    """Keep a secret that another party chose, as a provider's password. It is asked for, or read from stdin."""
    app.secrets.set(name, typed(f"secret {name}"))
    click.echo(f"secret {name} is kept; hotline apply brings it to Asterisk")


def typed(what: str) -> str:
    """What nobody may see: asked for twice at a terminal, else a line of stdin."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt(what, hide_input=True, confirmation_prompt=True)
    return asked
