"""The ``hotline`` group: commands in sections, each imported only when it is called.

The help page and the shell's completion are made of the table alone, so both are there at once.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

import click
from click.shell_completion import CompletionItem


class Entry(NamedTuple):
    """Where a command is (``package.module:function``) and what the help page says of it."""

    where: str
    help: str


Sections = Mapping[str, Mapping[str, Entry]]
"""Heading: command: entry, in the order of the help page."""


class LazyGroup(click.Group):
    """Imports a command when it is wanted, and makes one line of any error a person can mend."""

    def __init__(self, *args: Any, sections: Sections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        self.entries = {name: entry for part in sections.values() for name, entry in part.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, as the help page has them."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, None if there is none."""
        if cmd_name not in self.entries:
            return None
        module, _, name = self.entries[cmd_name].where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help page's sections."""
        for heading, part in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name, entry.help) for name, entry in part.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands that begin so, and the group's own options."""
        begun = [
            CompletionItem(name, help=entry.help)
            for name, entry in self.entries.items()
            if name.startswith(incomplete)
        ]
        return begun + click.Command.shell_complete(self, ctx, incomplete)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run and exit: 0 done, 1 failed with one line on stderr, 2 not understood."""
        try:
            status = super().main(*args, **(extra | {"standalone_mode": False}))
        except BaseException as error:
            if isinstance(error, SystemExit):
                raise
            _exit_for(error)
        sys.exit(status if isinstance(status, int) else 0)


def _exit_for(error: BaseException) -> NoReturn:
    """Tell the person, or let a fault of the program show itself."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        bare = error.ctx.parent is None
        click.echo(error.format_message(), err=not bare)
        sys.exit(0 if bare else 2)
    if isinstance(error, ModuleNotFoundError) and (error.name or "").startswith("schema."):
        click.echo(f"hotline: {_shadowed()}", err=True)
        sys.exit(1)
    from callcenter.failures import (
        told,
    )  # here: the database's library takes longer to load than the help page

    said = told(error)
    if said is None:
        raise error
    text, status = said
    if text:
        click.echo("\n".join(f"hotline: {line}" for line in text.splitlines()), err=True)
    sys.exit(status)


def _shadowed() -> str:
    """PyPI has a package of the same name; where it stands first on the path it hides our tables."""
    import schema

    return (
        f"another package named schema hides Hotline's own: {schema.__file__}; "
        "remove it (pip uninstall schema), or give Hotline a virtual environment of its own"
    )
