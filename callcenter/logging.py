"""Structured logs: one JSON line per fact, the call's id on every line that concerns a call."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

SECRET_KEYS = frozenset({"secret", "password", "token", "digits", "authorization", "pin"})
"""Keys whose values never reach a log, whoever passes them."""


def configure(level: str, process: str, file: TextIO | None = None) -> None:
    """Set up the logs of one process, on stderr or in ``file``. ``level``: debug, info, warning or error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hide_secrets,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=file or sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor: the values of secret keys become ``***``."""
    for key in event.keys() & SECRET_KEYS:
        event[key] = "***"
    return event
