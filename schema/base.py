"""The declarative base and the column kinds every table shares."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Index,
    Integer,
    MetaData,
    literal,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware UTC moment with microseconds on every engine; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Refuse naive moments, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone can't be stored")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Give every moment back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012
        dt.datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        int: BigInteger().with_variant(Integer(), "sqlite"),
    }
    """Whole numbers have 64 bits: ids outgrow 32 in a busy year, inodes and file offsets at once."""


def one_of(column: str, *words: str) -> CheckConstraint:
    """The constraint that ``column`` holds one of ``words`` (or NULL, where it may)."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def is_one_of(column: InstrumentedAttribute[str], *words: str) -> ColumnElement[bool]:
    """That ``column`` holds one of ``words``, written out as in the condition of an index: no parameter is."""
    written = [literal(word, literal_execute=True) for word in words]
    return column == written[0] if len(written) == 1 else column.in_(written)


def index_where(name: str, condition: str, *columns: str, unique: bool = False) -> Index:
    """An index of the rows that meet ``condition`` alone: what is to be done is found in it, however much is past.

    A statement uses it when it says the condition too, letter by letter: see ``is_one_of``.
    """
    where = text(condition)
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
