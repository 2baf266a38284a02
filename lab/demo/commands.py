"""``hotline demo``."""

from __future__ import annotations

import sys
from typing import Any

import click

from callcenter.ports import App
from callcenter.printing import as_json, print_json
from lab.demo import place
from lab.demo.performance import Told, perform
from lab.demo.telling import failures, tell
from lab.progress import Progress
from lab.up import logged, terminated_as_interrupted


@click.command()
@as_json
@click.pass_obj
def demo(app: App, json_wanted: bool) -> None:
    """Place real calls over the sample site and tell each one from the database and the files."""
    app = app.at(place.settings(app.settings))
    progress = Progress(sys.stderr if json_wanted else sys.stdout)
    app.settings.folder.mkdir(parents=True, exist_ok=True)
    with terminated_as_interrupted(), logged(app):
        told = perform(app, progress)
    if json_wanted:
        print_json({"seconds": progress.seconds, "stories": [_plain(one) for one in told]})
    else:
        _print(told)
    if not all(one.is_right for one in told):
        raise click.exceptions.Exit(1)


def _print(told: list[Told]) -> None:
    for number, one in enumerate(told, start=1):
        click.echo(f"\n{number}. {one.story.title}")
        lines = [] if one.evidence is None else list(tell(one.evidence))
        lines += [f"TROUBLE    {one.trouble}"] if one.trouble else []
        for line in [*lines, *failures(one.expectations)]:
            click.echo(f"   {line}")
    wrong = [str(number) for number, one in enumerate(told, start=1) if not one.is_right]
    checked = sum(len(one.expectations) for one in told)
    verdict = f"calls {', '.join(wrong)} are NOT as expected" if wrong else "all found in database and files"
    click.echo(f"\n{len(told)} calls, {checked} things looked for: {verdict}")


def _plain(one: Told) -> dict[str, Any]:
    return {
        "title": one.story.title,
        "right": one.is_right,
        "trouble": one.trouble,
        "expectations": [
            {"wanted": each.wanted, "met": each.met, "found": each.found} for each in one.expectations
        ],
        "call": None if one.evidence is None else one.evidence.page.as_dict(),
    }
