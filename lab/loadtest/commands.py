"""``hotline loadtest``."""

from __future__ import annotations

import resource
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import click

from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from lab.loadtest import house
from lab.loadtest.perform import Wanted, perform
from lab.loadtest.report import Load, figures, page
from lab.loadtest.scenario import library, named
from lab.loadtest.schedule import SHAPES
from lab.loadtest.target import check_bounds, own_address, target
from lab.progress import Progress
from lab.sipp_run import Address
from lab.up import logged, terminated_as_interrupted

FILES = 16384
"""A socket for the sound of each call at a time."""


@click.command()
@click.argument("name", required=False)
@click.option("--schedule", type=click.Choice(list(SHAPES)), default="plateau", show_default=True)
@click.option("--rate", default=2.0, show_default=True, help="calls a second, at the highest")
@click.option("--seconds", default=60.0, show_default=True, help="in which calls begin")
@click.option("--calls", "most", default=2000, show_default=True, help="never more than that")
@click.option("--seed", default=1, show_default=True, help="the same seed makes the same calls again")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="the HTML file to write")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--target", "where", metavar="IP[:PORT]", help="another SIP server instead of a private one")
@click.option("--from", "own", metavar="IP", help="this machine's address that the target knows us by")
@click.option("--anywhere", is_flag=True, help="also a public address")
@as_json
@click.pass_obj
def loadtest(
    app: App,
    name: str | None,
    schedule: str,
    rate: float,
    seconds: float,
    most: int,
    seed: int,
    report: Path | None,
    language: Literal["zh", "en"],
    where: str | None,
    own: str | None,
    anywhere: bool,
    json_wanted: bool,
) -> None:
    """Place many calls by a plan and report what became of them; without NAME: which loads there are.

    By default on a private house of its own: Asterisk, FastAGI, listener, agents with phones. At another
    target only the callers are played, and what it keeps of them is its own.
    """
    if name is None:
        _print_library(language, json_wanted)
        return
    check_bounds(most, seconds, rate)
    wanted = Wanted(Path(name).stem, named(name), SHAPES[schedule](rate, seconds), seed, most, _command(name))
    if where:
        toward = target(where, anywhere=anywhere)
        wanted = replace(wanted, target=toward, at=Address(own or own_address(toward)))
    app = app.at(house.settings(app.settings))
    progress = Progress(sys.stderr if json_wanted else sys.stdout)
    app.settings.folder.mkdir(parents=True, exist_ok=True)
    _more_files()
    with terminated_as_interrupted(), logged(app):
        load = perform(app, wanted, progress)
    file = report or app.settings.folder / f"{wanted.name}.html"
    file.write_text(page(load, language), "utf-8")
    _print(load, file, json_wanted)
    if not load.is_right:
        raise click.exceptions.Exit(1)


def _command(name: str) -> str:
    """How to play this load again: what was typed."""
    return " ".join(["hotline", *sys.argv[sys.argv.index("loadtest") :]]) if "loadtest" in sys.argv else name


def _print_library(language: Literal["zh", "en"], json_wanted: bool) -> None:
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "title": scenario.title.get(language, name),
            "callers": ", ".join(kind.name for kind in scenario.callers),
            "agents": sum(kind.count for kind in scenario.agents),
        }
        for name, scenario in library().items()
    ]
    print_rows(rows, ["name", "title", "callers", "agents"], json_wanted)


def _print(load: Load, file: Path, json_wanted: bool) -> None:
    found = figures(load) | {"report": str(file)}
    if json_wanted:
        print_json(found)
        return
    click.echo(
        f"\n{found['calls']} calls, {found['answered']} answered, at most {found['most_at_once']} at once"
    )
    for name, each in found["delays"].items():
        told = ", ".join(f"{percent} {value:.3f} s" for percent, value in each.items())
        click.echo(f"  {name:<10} {told or '–'}")
    for cause, count in load.failures.items():
        click.echo(f"  FAILED     {count} {cause}")
    for name, entry in (load.books.entries if load.books else {}).items():
        told = ", ".join(f"{who} {count}" for who, count in entry.items())
        click.echo(f"  {name:<10} {told}{'' if len(set(entry.values())) == 1 else '   NOT BALANCED'}")
    click.echo(f"report in {file}")


def _more_files() -> None:
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(FILES, most)), most))
