"""The web application put together: its routes by subject, and what each error becomes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from callcenter.errors import HotlineError, NotFound, Unreachable
from callcenter.ports import App
from schema.refusal import first_line
from web import survey_pages

log = structlog.get_logger()
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
STATUS: dict[type[HotlineError], int] = {NotFound: 404, Unreachable: 503}
"""Any other HotlineError is 409: what was asked for can't be done as things are."""


def create(app: App) -> FastAPI:
    """The application of ``hotline web``."""
    web = FastAPI(title="Hotline", docs_url=None, redoc_url=None)
    web.state.app = app
    web.middleware("http")(_with_headers)
    web.include_router(survey_pages.router(app))
    web.add_exception_handler(HotlineError, _refused)
    web.add_exception_handler(SQLAlchemyError, _away)
    return web


async def _with_headers(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    answer = await go_on(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


async def _refused(_: Request, error: Exception) -> Response:
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 409)
    return JSONResponse({"error": str(error)}, status)


async def _away(_: Request, error: Exception) -> Response:
    log.warning("web.database_away", error=first_line(error))
    return JSONResponse({"error": "the database does not answer: try again"}, 503, {"Retry-After": "10"})
