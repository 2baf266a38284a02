"""Writes docs/guide/reference.md: each command, setting, channel variable, AMI event and FastAGI route, from the code.

``python -m scripts.reference`` after any of them has changed; tests/test_docs.py says when.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from agi.routes import ROUTES
from callcenter.settings import Settings
from cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/guide/reference.md"
ELSEWHERE = {
    "HOTLINE_CACHE": "where a private Asterisk is kept; default: /var/cache/hotline for root, else ~/.cache/hotline"
}
"""Environment variables that are no settings of the program: the lab reads them before there is one."""
COMMANDS_IN_ORDER = [name for part in COMMANDS.values() for name in part]
INTRODUCTION = """\
# Reference

Everything with a name: commands, settings, channel variables, manager events, FastAGI routes. Made from the code by
`python -m scripts.reference`; a test fails when this page and the code differ.
"""


def page() -> str:
    """The whole page."""
    sections = {
        "Commands": table(("command", "what it does"), commands()),
        "Settings": table(("environment variable", "default", "what it is"), settings()),
        "Channel variables": table(("name", "in code", "what it says"), channel_variables()),
        "Manager events": table(("event", "about"), events()),
        "FastAGI routes": table(("route", "script", "what it does"), routes()),
    }
    return INTRODUCTION + "".join(f"\n## {name}\n\n{text}" for name, text in sections.items())


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def commands() -> Iterator[tuple[str, str]]:
    """Every command with its arguments and options, and the first line of its help."""
    with click.Context(main, info_name="hotline") as context:
        for name in COMMANDS_IN_ORDER:
            command = main.get_command(context, name)
            if command is not None:
                yield from _command(f"hotline {name}", command)


def _command(path: str, command: click.Command) -> Iterator[tuple[str, str]]:
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            yield from _command(f"{path} {name}", inner)
        if not command.invoke_without_command:
            return
    words = [_words(parameter) for parameter in command.params]
    yield f"`{' '.join([path, *words])}`", (command.help or "").partition("\n\n")[0].replace("\n", " ")


def _words(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        return parameter.make_metavar(click.Context(click.Command("")))
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    words = parameter.opts[0] if flag else f"{parameter.opts[0]} {(parameter.name or '').upper()}"
    return words if parameter.required else f"[{words}]"


def settings() -> Iterator[tuple[str, str, str]]:
    """Every setting with its default."""
    for name, field in Settings.model_fields.items():
        default = "–" if field.default is None else f"`{field.default}`"
        yield f"`HOTLINE_{name.upper()}`", default, field.description or ""
    for name, text in ELSEWHERE.items():
        yield f"`{name}`", "–", text


def channel_variables() -> Iterator[tuple[str, str, str]]:
    """Every channel variable and its docstring."""
    body = ast.parse((ROOT / "callcenter/channel_variables.py").read_text()).body
    for assigned, said in itertools.pairwise(body):
        if isinstance(assigned, ast.Assign) and isinstance(said, ast.Expr):
            name = ast.literal_eval(assigned.value)
            text = " ".join(str(ast.literal_eval(said.value)).split())
            yield f"`{name}`", f"`{ast.unparse(assigned.targets[0])}`", text


def events() -> Iterator[tuple[str, str]]:
    """Every event that is listened to, under the heading it stands below."""
    about = ""
    for line in (ROOT / "callcenter/manager_events.py").read_text().splitlines():
        if heading := re.match(r"    # (.+)", line):
            about = heading[1]
        elif event := re.match(r'    "(\w+)",', line):
            yield f"`{event[1]}`", about


def routes() -> Iterator[tuple[str, str, str]]:
    """Every FastAGI route and where its script is."""
    for name, script in ROUTES.items():
        module = script.__module__.replace(".", "/")
        text = str(__import__(script.__module__, fromlist=["x"]).__doc__).partition("\n\n")[0]
        said = " ".join(text.partition(" — ")[2].split())
        yield f"`agi://…/{name}`", f"`{module}.py:{script.__name__}`", said


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), "utf-8")
