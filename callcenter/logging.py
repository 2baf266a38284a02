"""Structured logs: one JSON line per fact on stderr, the call's id as ``call`` on every line that concerns one.

An event is a short dotted word (``recording.ready``): what it is about, then what happened. No secret, no key
a caller pressed and no text of an unforeseen error ever gets into a line.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

import orjson
import structlog

SECRET_KEYS = frozenset(
    {"secret", "password", "token", "key", "keys", "digits", "authorization", "pin", "variables"}
)
"""Keys whose values never reach a log, whoever passes them, however deep."""

_PLAIN = frozenset({str, int, float, bool, type(None)})
"""Kinds of value that hide nothing: nearly every one is."""
Event = MutableMapping[str, Any]


class Lines:
    """Writes lines. One that can't be written is let go: a full disk or a closed pipe must not end a call."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def msg(self, line: bytes) -> None:
        """Write and flush, or not. In one piece, so that threads' lines do not mix."""
        try:
            self._stream.write(line + b"\n")
            self._stream.flush()
        except (OSError, ValueError):
            return

    debug = info = warning = error = critical = msg  # structlog calls the one of the line's level


def configure(level: str, process: str, file: BinaryIO | None = None) -> None:
    """Set up the logs of one process: JSON on stderr or in ``file``. ``level``: debug, info, warning or error."""
    _configure(level, lambda *_: Lines(file or sys.stderr.buffer), as_json)
    structlog.contextvars.bind_contextvars(process=process)


def quiet() -> None:
    """Set up a command at a terminal: warnings and errors only, as plain lines on stderr."""
    _configure("warning", lambda *_: structlog.WriteLogger(sys.stderr), _plain_line)


def _configure(level: str, logger: Callable[..., Any], *last: Any) -> None:
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            place_of_error,
            hide_secrets,
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=logger,
        cache_logger_on_first_use=False,
    )
    libraries = logging.getLogger()
    for former in [handler for handler in libraries.handlers if isinstance(handler, Libraries)]:
        libraries.removeHandler(former)
    libraries.addHandler(Libraries(logging.WARNING))
    libraries.setLevel(max(number, logging.WARNING))


class Libraries(logging.Handler):
    """What libraries say through Python's own logging, as lines like ours."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a warning or error over; the record's own error is told by its place alone."""
        level = "error" if record.levelno >= logging.ERROR else "warning"
        said = {"library": record.name, "text": record.getMessage(), "exc_info": record.exc_info}
        getattr(structlog.get_logger(), level)("library.says", **said)


def as_json(_logger: Any, _method: str, event: Event) -> bytes:
    """The last processor: the line, with when it was."""
    event["timestamp"] = datetime.now(UTC)
    return orjson.dumps(event, repr, orjson.OPT_UTC_Z)


def place_of_error(_logger: Any, _method: str, event: Event) -> Event:
    """A processor: an exception becomes its kind and place. Its text may hold what a caller typed."""
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        where = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        event.update(error=type(error).__name__, where=where)
    return event


def hide_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """A processor: the values of secret keys become ``***``."""
    if SECRET_KEYS.isdisjoint(map(str.lower, event)) and _PLAIN.issuperset(map(type, event.values())):
        return event  # nearly always: a log is written for each call
    hidden: Event = _hidden(event)
    return hidden


def _hidden(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return {name: "***" if _is_secret(name) else _hidden(inner) for name, inner in value.items()}
    return [_hidden(inner) for inner in value] if isinstance(value, list | tuple) else value


def _is_secret(name: object) -> bool:
    return str(name).lower() in SECRET_KEYS


def _plain_line(_logger: Any, _method: str, event: Event) -> str:
    level, what = event.pop("level"), event.pop("event")
    rest = "".join(f" {name}={value}" for name, value in event.items())
    return f"hotline: {level}: {what}{rest}"
