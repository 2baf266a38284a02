"""The black list and the VIP list: entries checked, written, removed, imported.

An entry is known by its list and its number; adding it again changes it. What is written here holds for the next
call.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, select, tuple_
from sqlalchemy.orm import Session

from callcenter.errors import HotlineError, NotFound
from callcenter.routing.numbers import normal
from callcenter.site import Site
from schema import upsert
from schema.routing import ListedCaller

COLUMNS = ("list", "number", "until", "note", "prompt", "tier", "agent", "wait_seconds", "queue", "priority")
"""Of a CSV file; only number must be there, and list when it is not given for the whole file."""
ONLY_VIP, ONLY_BLOCK = ("tier", "agent", "wait_seconds", "queue", "priority"), ("prompt",)
ROWS = 1000
"""In one statement: SQLite takes 32,766 values."""
MOST = {"wait_seconds": 600, "priority": 20}
Row = dict[str, Any]
Key = tuple[str, str, bool]
T = TypeVar("T")

_WRITTEN = re.compile(r"\+?[0-9 ()./-]{1,30}\*?", re.ASCII)
_TIER = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


@dataclass
class Report:
    """What an import comes to. ``rejected``: line, reason and the row as it was written."""

    added: int = 0
    changed: int = 0
    same: int = 0
    rejected: list[tuple[int, str, Row]] = field(default_factory=list)


def entry(values: Mapping[str, str | None], site: Site) -> Row:
    """A row of the table, checked against the site. Raises HotlineError with what is wrong."""
    texts = {name: (values.get(name) or "").strip() for name in COLUMNS}
    listed = texts["list"]
    if listed not in ("block", "vip"):
        raise HotlineError(f"list {listed or 'left out'}: write block or vip")
    for name in ONLY_BLOCK if listed == "vip" else ONLY_VIP:
        if texts[name]:
            raise HotlineError(f"{name} is nothing for the {'VIP' if listed == 'vip' else 'black'} list")
    number, prefix = _number(texts["number"], site.country)
    row: Row = {"list": listed, "number": number, "prefix": prefix, "until": _until(texts["until"], site)}
    row |= {name: texts[name] or None for name in ("note", "prompt", "tier", "agent", "queue")}
    row |= {name: _whole(name, texts[name]) for name in MOST}
    _check(row, site)
    return row


def put(session: Session, rows: Iterable[Row], by: str, at: dt.datetime) -> None:
    """Write entries; one of the same list and number is replaced."""
    for some in _batches([{**row, "added_by": by, "added_at": at} for row in rows]):
        upsert.put(session, ListedCaller, some, ["number", "list", "prefix"])


def remove(session: Session, number: str, country: str, listed: str | None = None) -> int:
    """Take a number, or a beginning with ``*``, off the lists; gives how many entries. Raises NotFound."""
    wanted, prefix = _number(number, country)
    gone = delete(ListedCaller).where(ListedCaller.number == wanted, ListedCaller.prefix == prefix)
    if listed:
        gone = gone.where(ListedCaller.list == listed)
    rows = session.execute(gone.returning(ListedCaller.id)).all()
    if not rows:
        raise NotFound(f"{number} is on no list; see hotline callers list")
    return len(rows)


def entries(listed: str | None, last: int) -> Select[ListedCaller]:
    """The newest entries."""
    query = select(ListedCaller).order_by(ListedCaller.id.desc()).limit(last)
    return query.where(ListedCaller.list == listed) if listed else query


def read_csv(file: TextIO, listed: str | None, site: Site) -> Iterator[tuple[int, Row, str, Row]]:
    """Each row's line, the row as written, what is wrong with it ("" for nothing), and the entry."""
    reader = csv.DictReader(file)
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    if "number" not in names or (unknown := set(names) - set(COLUMNS)):
        wrong = (
            f"there is no column {', '.join(sorted(unknown))}" if "number" in names else "no column number"
        )
        raise HotlineError(f"{wrong}: the first line names the columns, of {', '.join(COLUMNS)}")
    reader.fieldnames = names
    for written in reader:
        extra = written.pop(None, None)
        values = {"list": listed, **{name: text for name, text in written.items() if text}}
        wrong, row = ("more fields than columns", {}) if extra else _read(values, site)
        yield reader.line_num, written, wrong, row


def compare(session: Session, rows: Iterable[tuple[int, Row, str, Row]]) -> tuple[Report, list[Row]]:
    """What an import would change, and the entries to be written. Of one number given twice the second is rejected."""
    report = Report()
    good: dict[Key, Row] = {}
    lines: dict[Key, int] = {}
    for line, written, wrong, row in rows:
        key = _key(row) if not wrong else None
        if key in lines:
            wrong = f"the number is in line {lines[key]} already"
        if wrong or key is None:
            report.rejected.append((line, wrong, written))
        else:
            good[key], lines[key] = row, line
    for some in _batches(list(good)):
        there = _there(session, some)
        for key in some:
            old = there.get(key)
            if old is None:
                report.added += 1
            elif old == good[key]:
                report.same += 1
            else:
                report.changed += 1
    return report, list(good.values())


def _read(values: Mapping[str, str | None], site: Site) -> tuple[str, Row]:
    try:
        return "", entry(values, site)
    except HotlineError as error:
        return str(error), {}


def _key(row: Row) -> Key:
    return row["number"], row["list"], row["prefix"]


def _batches(things: list[T]) -> Iterator[list[T]]:
    return (things[start : start + ROWS] for start in range(0, len(things), ROWS))


def _there(session: Session, keys: Sequence[Key]) -> dict[Key, Row]:
    table = ListedCaller
    found = session.scalars(select(table).where(tuple_(table.number, table.list, table.prefix).in_(keys)))
    names = ("list", "number", "prefix", "until", *COLUMNS[3:])
    return {(row.number, row.list, row.prefix): {name: getattr(row, name) for name in names} for row in found}


def _number(text: str, country: str) -> tuple[str, bool]:
    if not _WRITTEN.fullmatch(text):
        raise HotlineError(f"number {text or 'left out'}: write digits, with a * after a beginning as 0755*")
    number = normal(text.rstrip("*"), country)
    if not number or len(number) > 21:
        raise HotlineError(f"number {text}: 1 to 20 digits")
    return number, text.endswith("*")


def _until(text: str, site: Site) -> dt.datetime | None:
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise HotlineError(
            f"until {text}: write a day or a moment, as 2026-10-01 or 2026-10-01T09:30"
        ) from None
    if len(text) == len("2026-10-01"):
        moment += dt.timedelta(days=1)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(site.timezone))).astimezone(dt.UTC)


def _whole(name: str, text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and int(text) <= MOST[name]):
        raise HotlineError(f"{name} {text}: a number from 0 to {MOST[name]}")
    return int(text or 0)


def _check(row: Row, site: Site) -> None:
    for text in (row["note"], row["tier"]):
        if text and not (text.isprintable() and len(text) <= 200):
            raise HotlineError("a note is one line of text, at most 200 characters")
    if row["tier"] and not _TIER.fullmatch(row["tier"]):
        raise HotlineError(f"tier {row['tier']}: lower-case letters, digits and _, a letter first")
    if row["queue"] and row["queue"] not in {queue.name for queue in site.queues}:
        known = ", ".join(queue.name for queue in site.queues)
        raise HotlineError(f"there is no queue {row['queue']}; the site has {known or 'none'}")
    if row["prompt"] and row["prompt"] not in {prompt.name for prompt in site.prompts}:
        raise HotlineError(f"there is no prompt {row['prompt']}; see hotline prompts list")
    if row["agent"]:
        if row["agent"] not in {agent.number for agent in site.agents if agent.account_manager}:
            raise HotlineError(
                f"agent {row['agent']} is no account manager: give them account_manager: true in the site, and apply"
            )
        if not row["queue"]:
            raise HotlineError(f"agent {row['agent']}: name the queue too that serves when they can't")
