"""``hotline version``: what is installed, to be quoted in a report."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from callcenter.errors import HotlineError
from callcenter.ports import App
from callcenter.printing import as_json, print_json
from schema.session import trouble
from schema.upgrade import current, head


@click.command()
@as_json
@click.pass_obj
def version(app: App, json_wanted: bool) -> None:
    """The versions of Hotline, Python, Asterisk and the database."""
    facts = {
        "hotline": importlib.metadata.version("hotline-callcenter"),
        "python": platform.python_version(),
        "asterisk": ".".join(map(str, app.asterisk_version())) or None,
        "database": _database(app),
    }
    if json_wanted:
        print_json(facts)
        return
    for name in ("hotline", "python", "asterisk"):
        click.echo(f"{name:<9} {facts[name] or 'none found'}")
    click.echo(f"{'database':<9} {_database_line(facts['database'])}")


def _database(app: App) -> dict[str, Any]:
    """Its revision and the one this program needs; ``trouble`` when it can't be read."""
    found: dict[str, Any] = {"revision": None, "needed": head(), "trouble": None}
    try:
        found["revision"] = current(app.engine())
    except SQLAlchemyError as error:
        found["trouble"] = trouble(error)
    except HotlineError as error:
        found["trouble"] = str(error)
    return found


def _database_line(database: Any) -> str:
    if database["trouble"]:
        return str(database["trouble"])
    at, needed = database["revision"] or "nothing", database["needed"]
    return f"revision {at}" if at == needed else f"revision {at}, needs {needed}: run hotline db upgrade"
