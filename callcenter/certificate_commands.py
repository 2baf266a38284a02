"""``hotline certificates make|show|renew``: what this machine shows to phones that call by TLS or fetch settings."""

from __future__ import annotations

import click

from callcenter.certificate_store import CertificateStore, store_of
from callcenter.ports import App
from callcenter.printing import as_json, print_facts

RELOADS = ("module reload res_pjsip.so", "module reload http")
"""Asterisk's listeners read their files again; calls that are up stay up."""


@click.group()
def certificates() -> None:
    """The certificate that phones see, and the authority they are told to trust."""


@certificates.command()
@click.pass_obj
def make(app: App) -> None:
    """Make what is missing: an authority of the house's own, and a certificate by it."""
    store = store_of(app.settings)
    store.ensure(app.clock())
    click.echo(_told(store, app))


@certificates.command()
@as_json
@click.pass_obj
def show(app: App, json_wanted: bool) -> None:
    """For which names the certificate is, by whom, and until when."""
    store = store_of(app.settings)
    known = store.facts()
    found = {
        "file": str(store.certificate),
        "authority": str(store.authority) if store.authority else None,
        "hosts": known.hosts,
        "issuer": known.issuer,
        "begins_at": known.begins_at.isoformat(),
        "ends_at": known.ends_at.isoformat(),
        "days_left": known.days_left(app.clock()),
        "own": store.own is not None,
    }
    print_facts(found, json_wanted)


@certificates.command()
@click.option("--now", is_flag=True, help="also when it is good for more than a month; takes your own anew")
@click.pass_obj
def renew(app: App, now: bool) -> None:
    """Renew the certificate when its end is near or its names have changed, and have Asterisk take it. Run it daily."""
    store = store_of(app.settings)
    if not now and (store.own or not store.is_due(app.clock())):
        click.echo(f"nothing to do: {_told(store, app)}")
        return
    if store.own is None:
        store.renew(app.clock())
    store.ensure(app.clock())
    console = app.console()
    if console is not None:
        for command in RELOADS:
            console.rx(command)
    taken = (
        "Asterisk shows it from now on" if console else "Asterisk is not running and takes it when it starts"
    )
    click.echo(f"{_told(store, app)}; {taken}")


def _told(store: CertificateStore, app: App) -> str:
    known = store.facts()
    return f"{store.certificate} is for {', '.join(known.hosts)}, {known.days_left(app.clock())} days to go"
