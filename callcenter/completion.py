"""``hotline completion bash|zsh|fish``: the script that a shell reads for tab completion."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Tab completion for your shell: put the output where the shell looks.

    \b
    bash: hotline completion bash > ~/.local/share/bash-completion/completions/hotline
    zsh:  hotline completion zsh > ~/.zfunc/_hotline   (with ~/.zfunc in fpath)
    fish: hotline completion fish > ~/.config/fish/completions/hotline.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click knows all three
    click.echo(kind(ctx.find_root().command, {}, "hotline", "_HOTLINE_COMPLETE").source())
