"""Command-line output: a table for people, JSON for programs, the same rows in both."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import click

as_json = click.option("--json", "json_wanted", is_flag=True, help="print JSON for programs")


def print_rows(
    rows: Iterable[dict[str, Any]], names: Sequence[str], json_wanted: bool, zone: ZoneInfo | None = None
) -> None:
    """Print rows: the columns ``names`` as a table, or everything as a JSON list.

    ``zone`` is the one the table's moments are in; it is said once, in the heading of the first of them.
    """
    kept = list(rows)
    if json_wanted:
        print_json(kept)
        return
    cells = [_heading(names, zone), *([_cell(row.get(name)) for name in names] for row in kept)]
    widths = [max(_width(line[column]) for line in cells) for column in range(len(names))]
    for line in cells:
        click.echo("  ".join(_pad(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip())


def print_facts(facts: Mapping[str, Any], json_wanted: bool) -> None:
    """Print what is known of one thing: a line each, or a JSON object."""
    if json_wanted:
        print_json(facts)
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        click.echo(f"{name:<{width}} {', '.join(value) if isinstance(value, list) else value}")


def print_json(value: Any) -> None:
    """Print one JSON value."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _heading(names: Sequence[str], zone: ZoneInfo | None) -> list[str]:
    first = next((name for name in names if name == "at" or name.endswith("_at")), None)
    return [f"{name} ({zone})" if zone and name == first else name for name in names]


def _cell(value: Any) -> str:
    return "–" if value is None else str(value)


def _width(text: str) -> int:
    """Columns a terminal uses: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
