"""The web application put together: its routes by subject, and what each error becomes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from callcenter.agents.supervision import NotAllowed
from callcenter.audit import NotWritten
from callcenter.errors import HotlineError, NotFound, Unreachable
from callcenter.ports import App
from schema.refusal import first_line
from web import survey_pages
from web.api import routes as api
from web.api.gate import Gate, is_inside

log = structlog.get_logger()
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
STATUS: dict[type[HotlineError], int] = {NotAllowed: 403, NotFound: 404, NotWritten: 503, Unreachable: 503}
"""Any other HotlineError is 409: what was asked for can't be done as things are."""
LATER = {"Retry-After": "10"}


def create(app: App) -> FastAPI:
    """The application of ``hotline web``."""
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    web.state.app = app
    web.add_middleware(Gate, app=app)
    web.middleware("http")(_with_headers)
    web.add_exception_handler(HotlineError, _refused)
    web.add_exception_handler(SQLAlchemyError, _away)
    web.add_exception_handler(HTTPException, _plain)
    web.add_exception_handler(RequestValidationError, _misspelt)
    web.add_exception_handler(Exception, _failed)
    web.include_router(survey_pages.router(app))
    web.include_router(api.router)
    return web


async def _with_headers(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    answer = await go_on(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


async def _refused(_: Request, error: Exception) -> Response:
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 409)
    return JSONResponse({"error": str(error)}, status, LATER if status == 503 else None)


async def _away(_: Request, error: Exception) -> Response:
    log.warning("web.database_away", error=first_line(error))
    return JSONResponse({"error": "the database does not answer: try again"}, 503, LATER)


async def _failed(request: Request, error: Exception) -> Response:
    """A fault of the program: uvicorn writes it to the log."""
    return JSONResponse({"error": "a fault of the program; its log has it"}, 500, HEADERS)


async def _plain(request: Request, error: Exception) -> Response:
    """In the interface's form; pages tell it as they like."""
    told = cast(HTTPException, error)
    if not is_inside(request.url.path):
        return await http_exception_handler(request, told)
    return JSONResponse({"error": told.detail}, told.status_code, told.headers)


async def _misspelt(_: Request, error: Exception) -> Response:
    """Names the first field that is wrong, and nothing of what was sent."""
    first = cast(RequestValidationError, error).errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:] if isinstance(part, str)) or str(first["loc"][0])
    return JSONResponse({"error": f"{where}: {first['msg'].removeprefix('Value error, ')}"}, 422)
