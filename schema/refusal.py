"""Whether a database is away for now, or refuses a row for ever: the one is waited for, the other set aside."""

from __future__ import annotations

from sqlalchemy.exc import (
    CompileError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    ProgrammingError,
    StatementError,
)

STRANGE = (StatementError, CompileError, ValueError, TypeError, OverflowError)
"""All that storing a row may raise because of the row."""


def is_refused(error: Exception) -> bool:
    """True when the same row would be refused again: a NUL in a text, a number too large, a missing value."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, STRANGE)
    if isinstance(error, ProgrammingError):  # with a code it is the server's: a table is missing
        return not getattr(error.orig, "sqlstate", None)
    return isinstance(error, DataError | IntegrityError | InterfaceError) and not error.connection_invalidated


def first_line(error: Exception) -> str:
    """What went wrong, without the statement and its values."""
    return str(getattr(error, "orig", None) or error.__cause__ or error).strip().partition("\n")[0]
