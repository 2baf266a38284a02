"""What a person is told of an error: one line. Here every error of a command becomes text and an exit status."""

from __future__ import annotations

import errno

import click
from sqlalchemy.exc import SQLAlchemyError

from callcenter.errors import HotlineError
from schema.session import trouble

FAILED, USAGE, INTERRUPTED = 1, 2, 130


def told(error: BaseException) -> tuple[str, int] | None:
    """The line to print (empty: nothing) and the exit status; None for a fault of the program itself."""
    match error:
        case HotlineError():
            return str(error), error.exit_code
        case click.UsageError():
            return f"{' '.join(error.format_message().split())}{_help_hint(error)}", USAGE
        case click.ClickException():
            return error.format_message(), error.exit_code
        case click.Abort() | KeyboardInterrupt():
            return "interrupted", INTERRUPTED
        case SQLAlchemyError():
            return trouble(error), FAILED
        case OSError():
            return _of_the_system(error), FAILED
    return None


def _help_hint(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx is not None else "hotline"
    return f" (see {path} --help)"


def _of_the_system(error: OSError) -> str:
    """A reader that has gone (``hotline calls list | head``) is nothing to speak of."""
    if error.errno == errno.EPIPE:
        return ""
    where = f"{error.filename}: " if error.filename is not None else ""
    return f"{where}{error.strerror or error}"
