"""A site and a place become the text of Asterisk's files; no file, socket or clock is touched.

A template looks like the file it makes and lies at the same path: ``pjsip/10-trunks.conf.j2`` makes
``pjsip/10-trunks.conf``. Each module's folder is included by its stub (``stubs.py``) as a whole.
To add a file, write its template and name it in ``FILES``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from callcenter.channel_variables import CHANNELS, DID, FALLBACK_FLOW, LINK, TLS, TRUNK
from callcenter.errors import HotlineError
from callcenter.ledger_format import CEL_APPS, CEL_COLUMNS, CEL_EVENTS, CEL_FILE
from callcenter.manager_events import LISTENED
from callcenter.site import Site
from callcenter.site.board_lines import board_lines
from callcenter.site.words import Part
from dialplan_templates.context import SEAT_OBJECTS, Deployment, shards, variables
from dialplan_templates.quoting import FILTERS, MAX_LINE, Refused, finalise

FILES = (
    "inside/00-numbers.conf",
    "pjsip/00-base.conf",
    "pjsip/10-trunks.conf",
    "queuerules/00-base.conf",
    "queues/00-base.conf",
    "queues/10-queues.conf",
    "voicemail/00-base.conf",
    "voicemail/10-mailboxes.conf",
    "confbridge/00-base.conf",
    "musiconhold/00-base.conf",
    "features/00-base.conf",
    "rtp/00-base.conf",
    "cel/00-base.conf",
    "cel_custom/00-base.conf",
    "cdr/00-base.conf",
    "manager/00-base.conf",
    "http/00-base.conf",
    "logger/00-base.conf",
    "indications/00-base.conf",
    "modules/00-base.conf",
)


@cache
def environment() -> Environment:
    """Jinja2 set so that a missing name and unquoted text are errors, never text in a file.

    One for the process: it compiles a template once.
    """
    jinja = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - these are no web pages; ``finalise`` refuses unquoted text
        finalize=finalise,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    jinja.filters.update(FILTERS)
    jinja.globals.update(
        CEL_APPS=CEL_APPS,
        CEL_COLUMNS=CEL_COLUMNS,
        CEL_EVENTS=CEL_EVENTS,
        CEL_FILE=CEL_FILE,
        LISTENED=LISTENED,
        FALLBACK_FLOW=FALLBACK_FLOW,
        LINK=LINK,
        CHANNELS=CHANNELS,
        DID=DID,
        TLS=TLS,
        TRUNK=TRUNK,
    )
    return jinja


def render(site: Site, where: Deployment) -> dict[str, str]:
    """Every file of a version's folder, except the dialplan: relative path → text.

    Raises HotlineError, naming file and field, for what Asterisk can't express.
    """
    given = variables(site, where)
    jinja = environment()
    return {path: _file(jinja, template, path, {**given, **extra}) for path, template, extra in _plan(site)}


def _plan(site: Site) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Each file's path, its template, and what only this file is given."""
    for path in FILES:
        yield path, path, {}
    for number, seats in enumerate(shards(site.seats)):
        for kind in SEAT_OBJECTS:
            yield f"pjsip/{kind}-{number:02}.conf", f"pjsip/{kind}.conf", {"seats": seats}
    lines = board_lines(site)
    yield "boards/chan_dahdi.conf", "boards/chan_dahdi.conf", {"lines": lines}
    if site.boards:
        yield "boards/system.conf", "boards/system.conf", {"lines": lines}
    sangoma = [line for line in lines.e1 if line.board.kind == "sangoma"]
    for number, line in enumerate(sangoma, start=1):
        yield f"boards/wanpipe{number}.conf", "boards/wanpipe.conf", {"line": line, "number": number}


def _file(jinja: Environment, template: str, path: str, given: Mapping[str, Any]) -> str:
    try:
        text = jinja.get_template(template + ".j2").render(given)
    except Refused as error:
        field = error.field or field_of(given["site"], error.text)
        raise Refused(error.text, error.reason, f"{path}: {field}") from error
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) * 4 > MAX_LINE and len(line.encode()) > MAX_LINE:
            raise HotlineError(
                f"{path}:{number}: the line is longer than {MAX_LINE} bytes; Asterisk would skip it"
            )
    return text


def field_of(part: object, text: object, path: str = "site") -> str:
    """Where in the site ``text`` stands, as ``site.seats[lobby].title``; "a value" when it is not there."""
    for where, inner in _fields(part, path):
        if inner == text:
            return where
        found = field_of(inner, text, where)
        if found != "a value":
            return found
    return "a value"


def _fields(part: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(part, list):
        for index, inner in enumerate(part):
            yield f"{path}[{getattr(inner, 'name', None) or getattr(inner, 'number', index)}]", inner
    elif isinstance(part, Part):
        for name in type(part).model_fields:
            yield f"{path}.{name}", getattr(part, name)
