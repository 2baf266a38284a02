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
from functools import lru_cache
from typing import Any, BinaryIO

import orjson
import structlog
from structlog.typing import Processor

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
        """Write and flush, or not. In one piece with its end, so that threads' lines do not mix."""
        try:
            self._stream.write(line)
            self._stream.flush()
        except (OSError, ValueError):
            return

    debug = info = warning = error = msg  # structlog calls the one of the line's level


class Logger(structlog.BoundLoggerBase):
    """structlog's levels with few layers below them: a log is written for each call."""

    def debug(self, event: str, **facts: Any) -> None:
        """What helps to find a fault."""
        self._tell("debug", event, facts)

    def info(self, event: str, **facts: Any) -> None:
        """What happened."""
        self._tell("info", event, facts)

    def warning(self, event: str, **facts: Any) -> None:
        """What went otherwise than it should, and was borne."""
        self._tell("warning", event, facts)

    def error(self, event: str, **facts: Any) -> None:
        """What has failed."""
        self._tell("error", event, facts)

    def exception(self, event: str, **facts: Any) -> None:
        """What has failed, with the kind and place of the error at hand."""
        self.error(event, **{"exc_info": True} | facts)

    def _tell(self, level: str, event: str, facts: dict[str, Any]) -> None:
        told: Any = self._context | facts if self._context else facts
        told["event"] = event
        try:
            for processor in self._processors:
                told = processor(self._logger, level, told)
        except structlog.DropEvent:
            return
        getattr(self._logger, level)(told)


def configure(level: str, process: str, file: BinaryIO | None = None) -> None:
    """Set up the logs of one process: JSON on stderr or in ``file``. ``level``: debug, info, warning or error."""
    _configure(level, lambda *_: Lines(file or sys.stderr.buffer), as_json(process))


def quiet() -> None:
    """Set up a command at a terminal: warnings and errors only, as plain lines on stderr."""
    _configure("warning", lambda *_: structlog.WriteLogger(sys.stderr), _plain_line)


def _configure(level: str, logger: Callable[..., Any], last: Processor) -> None:
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[place_of_error, hide_secrets, last],
        wrapper_class=_from(number),
        logger_factory=logger,
        cache_logger_on_first_use=False,
    )
    libraries = logging.getLogger()
    for former in [handler for handler in libraries.handlers if isinstance(handler, Libraries)]:
        libraries.removeHandler(former)
    libraries.addHandler(Libraries(logging.WARNING))
    libraries.setLevel(max(number, logging.WARNING))


def _from(least: int) -> type[Logger]:
    """A logger that leaves out what is below a level."""
    names = logging.getLevelNamesMapping()
    left_out = [name for name in ("debug", "info", "warning", "error") if names[name.upper()] < least]
    return type("Logger", (Logger,), {name: lambda *_, **__: None for name in left_out})


class Libraries(logging.Handler):
    """What libraries say through Python's own logging, as lines like ours."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a warning or error over; the record's own error is told by its place alone."""
        level = "error" if record.levelno >= logging.ERROR else "warning"
        said = {"library": record.name, "text": record.getMessage(), "exc_info": record.exc_info}
        getattr(structlog.get_logger(), level)("library.says", **said)


def as_json(process: str) -> Processor:
    """The last processor: the line, with its level, ``process`` and when it was."""

    def line(_logger: Any, level: str, event: Event) -> bytes:
        event["level"], event["process"], event["timestamp"] = level, process, datetime.now(UTC)
        return orjson.dumps(event, repr, orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)

    return line


def place_of_error(_logger: Any, _method: str, event: Event) -> Event:
    """A processor: an exception becomes its kind and place. Its text may hold what a caller typed."""
    if "exc_info" not in event:
        return event
    raised = event.pop("exc_info")
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
    if not _has_a_secret(tuple(event)) and _PLAIN.issuperset(map(type, event.values())):
        return event  # nearly always: a log is written for each call
    hidden: Event = _hidden(event)
    return hidden


def _hidden(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return {name: "***" if _is_secret(name) else _hidden(inner) for name, inner in value.items()}
    return [_hidden(inner) for inner in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=1000)
def _has_a_secret(names: tuple[str, ...]) -> bool:
    return any(map(_is_secret, names))


def _is_secret(name: object) -> bool:
    return str(name).lower() in SECRET_KEYS


def _plain_line(_logger: Any, level: str, event: Event) -> str:
    what = event.pop("event")
    rest = "".join(f" {name}={value}" for name, value in event.items())
    return f"hotline: {level}: {what}{rest}"
