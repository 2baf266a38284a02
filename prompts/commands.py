"""``hotline prompts build|list``."""

from __future__ import annotations

import sys

import click

from callcenter.ports import App
from callcenter.printing import as_json, print_json, print_rows
from prompts.build import Built, Progress
from prompts.cache import length_ms


@click.group()
def prompts() -> None:
    """Everything that is spoken."""


@prompts.command("build")
@as_json
@click.pass_obj
def build_prompts(app: App, json_wanted: bool) -> None:
    """Make what is missing. Exit code 1 when a sound can't be had as the site means it."""
    built: Built = app.build_prompts(_show)
    if json_wanted:
        print_json({"made": built.made, "cached": built.cached, "problems": built.problems})
    else:
        for problem in built.problems:
            click.echo(problem)
        click.echo(f"{built.made} made, {built.cached} were there, in {app.settings.prompts}")
    if built.problems:
        raise click.exceptions.Exit(1)


@prompts.command("list")
@click.option("--missing", is_flag=True, help="only those that are not made yet")
@as_json
@click.pass_obj
def list_prompts(app: App, missing: bool, json_wanted: bool) -> None:
    """Every prompt, phrase and agent's number, by language, with its file."""
    rows = [
        {
            "name": state.name,
            "language": state.language,
            "ms": None if state.path is None else length_ms(state.path),
            "file": None if state.path is None else str(state.path),
        }
        for state in app.prompt_states()
        if not (missing and state.path)
    ]
    print_rows(rows, ("name", "language", "ms", "file"), json_wanted)


def _show(step: Progress) -> None:
    """On a terminal: one line that counts up. Elsewhere a line for every hundredth sound."""
    if sys.stderr.isatty():
        end = "\n" if step.done == step.total else ""
        click.echo(f"\r\033[K{step.done} of {step.total}  {step.name} ({step.language})", err=True, nl=False)
        click.echo(end, err=True, nl=False)
    elif step.done % 100 == 0 or step.done == step.total:
        click.echo(f"{step.done} of {step.total}", err=True)
