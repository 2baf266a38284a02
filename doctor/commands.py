"""``hotline doctor``: one line a check; what is wrong comes with its mend."""

from __future__ import annotations

from collections.abc import Sequence

import click

from callcenter.ports import App
from callcenter.printing import as_json, print_json
from doctor.checks import CHECKS, examine
from doctor.findings import Finding

COLOURS = {"ok": "green", "warning": "yellow", "wrong": "red", "skipped": "bright_black"}


@click.command()
@click.option(
    "--only", multiple=True, type=click.Choice(list(CHECKS)), help="this check alone; may be repeated"
)
@as_json
@click.pass_obj
def doctor(app: App, only: Sequence[str], json_wanted: bool) -> None:
    """Look the installation over. Exit code 1 when something is wrong; warnings alone are 0."""
    found = []
    for name, finding in examine(app, only or CHECKS):
        found.append((name, finding))
        if not json_wanted:
            _tell(name, finding)
    if json_wanted:
        print_json([{"check": name, **finding._asdict()} for name, finding in found])
    if any(finding.state == "wrong" for _, finding in found):
        raise click.exceptions.Exit(1)


def _tell(name: str, finding: Finding) -> None:
    state = click.style(f"{finding.state:<8}", fg=COLOURS[finding.state])
    mend = f" → {finding.mend}" if finding.mend else ""
    click.echo(f"{state} {name:<{max(map(len, CHECKS))}}  {finding.text}{mend}")
