"""How SQLite means to find what statements ask for: which of them would read a whole table of the past."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

ROOT = Path(__file__).parents[1]
NOT_ASKING = ("schema", "tests", ".venv")
ASKS = ("SELECT", "WITH", "UPDATE", "DELETE")
ALIAS = re.compile(r"\b(\w+) AS (\w+)\b")
PLAN = re.compile(r"(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?INDEX (\w+))?(?: \((.*)\))?")
UP_TO = re.compile(r"\w+<\?")


class Asked:
    """Every statement of an engine's while ``watching`` lasts. ``on_asked`` hears who asked, in any thread.

    ``growing``: tables of which no statement may read all. ``large``: indexes of some rows that are many all the same.
    """

    def __init__(self, engine: Engine, growing: Collection[str], large: Collection[str] = ()) -> None:
        self._engine = engine
        self._growing = growing
        self._lock = threading.Lock()
        self.by: dict[str, set[str]] = {}
        """Function of the program, as ``recordings/room.py:_note``: its statements."""
        self.plans: dict[str, list[str]] = {}
        """How the last of them is found."""
        self.reads_the_past: set[str] = set()
        """Who, and how."""
        self.on_asked: Callable[[], None] = lambda: None
        with engine.connect() as connection:
            indexes = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
            self._partial = set(connection.exec_driver_sql(indexes).scalars()) - set(large)

    @contextmanager
    def watching(self) -> Iterator[Asked]:
        event.listen(self._engine, "before_cursor_execute", self._see)
        yield self
        event.remove(self._engine, "before_cursor_execute", self._see)

    def _see(
        self, connection: Any, _cursor: object, statement: str, values: Any, _context: object, many: bool
    ) -> None:
        if not statement.startswith(ASKS):
            return
        who = _asking()
        with self._lock:
            is_new = statement not in self.by.setdefault(who, set())
            self.by[who].add(statement)
        if is_new:
            cursor = connection.connection.driver_connection.cursor()
            plan = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values[0] if many else values).fetchall()
            aliases = {short: table for table, short in ALIAS.findall(statement)}
            self.plans[who] = [detail for *_, detail in plan]
            for detail in self.plans[who]:
                if self._is_the_past(detail, aliases):
                    self.reads_the_past.add(f"{who}: {detail}")
        self.on_asked()

    def _is_the_past(self, detail: str, aliases: dict[str, str]) -> bool:
        """A whole table, or all of it up to a moment, unless an index has only what is to be done."""
        found = PLAN.match(detail)
        if found is None:
            return False
        how, name, index, where = found.groups()
        if aliases.get(name, name) not in self._growing or index in self._partial:
            return False
        return how == "SCAN" or UP_TO.fullmatch(where or "") is not None


def _asking() -> str:
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] not in NOT_ASKING:
            return f"{path.relative_to(ROOT)}:{frame.f_code.co_name}"
    return "the test"
