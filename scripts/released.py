"""Keep the database of a release for ever: ``python -m scripts.released NAME`` adds to ``tests/data/released``.

It is a backup of a home that the program at hand has filled: the sample site, every captured call, and two rows of
what is empty then. ``tests/backup/test_released.py`` restores and upgrades each of them with every later program.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Table,
    inspect,
    select,
)

from ami.bookkeeper import Bookkeeper
from backup.archive import growing
from backup.making import make
from callcenter.settings import Settings
from cli import Hotline, main
from schema.copying import REVISION_TABLE
from tests.callcenter.captured_calls import NAMES, read, records

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests/data/released"
SAMPLE = ROOT / "samples/telecom_zh_en.yaml"
AT = dt.datetime(2026, 3, 2, 1, 0, 0, 123456, tzinfo=dt.UTC)
ALLOWED = re.compile(r"(\w+) IN \('(\w+)'")


def keep(name: str) -> Path:
    """Fill a home and save it."""
    with tempfile.TemporaryDirectory() as folder:
        app = Hotline(Settings(home=Path(folder) / "home"))
        for words in (["db", "upgrade"], ["site", "load", str(SAMPLE)]):
            done = CliRunner().invoke(main, ["--home", str(app.settings.home), *words])
            if done.exit_code:
                raise SystemExit(done.output)
        store_calls(app)
        fill(app.engine())
        app.secrets("trunk/e1")
        with growing(FOLDER / f"{name}.tar.gz") as out:
            make(app.settings, app.engine(), AT, out)
        app.engine().dispose()
    return FOLDER / f"{name}.tar.gz"


def store_calls(app: Hotline) -> None:
    """The captured calls, as the listener writes them."""
    keeper = Bookkeeper(app.sessions(), app.settings.system_name, {})
    for name in NAMES:
        keeper.keep(records([*read(name).ledger, *read(name).ami]))
    keeper.flush({}, AT, last=True)


def fill(engine: Engine) -> None:
    """Two rows into every table that has none and is no part of a site, which must stay one that can be read."""
    found = MetaData()
    with engine.begin() as connection:
        found.reflect(connection)
        for table in found.sorted_tables:
            empty = connection.execute(table.select().limit(1)).first() is None
            if empty and table.name != REVISION_TABLE and "site" not in table.columns:
                _fill(connection, table)


def _fill(connection: Connection, table: Table) -> None:
    checks = inspect(connection).get_check_constraints(table.name)
    allowed = dict(match.groups() for check in checks for match in ALLOWED.finditer(str(check["sqltext"])))
    for number in (1, 2):
        row = {column.name: _value(column, allowed.get(column.name), number) for column in table.columns}
        for constraint in table.foreign_key_constraints:
            row |= _referred(connection, constraint)
        connection.execute(table.insert(), row)


def _referred(connection: Connection, constraint: ForeignKeyConstraint) -> dict[str, Any]:
    """What the first row has that can be referred to."""
    pairs = [(each.parent.name, each.column) for each in constraint.elements]
    first = connection.execute(select(*(column for _, column in pairs)).limit(1)).one()
    return {name: value for (name, _), value in zip(pairs, first, strict=True)}


def _value(column: Column[Any], allowed: str | None, number: int) -> Any:
    """``allowed``: one of the words that a check lets in."""
    kinds = ((JSON, {"number": [number]}), (Boolean, number == 1), (DateTime, AT.replace(tzinfo=None)))
    for kind, value in (*kinds, (Date, AT.date()), (Integer, number)):
        if isinstance(column.type, kind):
            return value
    return allowed or f"{column.name} {number}"


if __name__ == "__main__":
    print(keep(sys.argv[1]))
