"""Everything below ``/api/v1`` put together, and its description."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.openapi.utils import get_openapi

from web.api import calls, hands, people, recordings
from web.api.gate import AREA, REQUEST_SECONDS, REQUESTS, Needs
from web.api.shapes import Error

MEANINGS = {
    401: "no key, or none that opens anything",
    403: "the key lacks the right, or the agent is no supervisor",
    404: "there is no such call, agent or recording",
    409: "it can't be done as things are",
    413: "the body is too long",
    422: "a field is wrong: the sentence names it",
    429: f"too many wrong keys, or more than {REQUESTS} requests of a key in {REQUEST_SECONDS:g} s: see Retry-After",
    500: "a fault of the program: its log has it",
    503: "Asterisk or the database is away: try again after Retry-After",
}
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Error, "description": meaning} for status, meaning in MEANINGS.items()
}
router = APIRouter(prefix=f"{AREA}/v1", responses=ERRORS)
for part in (calls, hands, recordings, people):
    router.include_router(part.router)


@router.get("/openapi.json", include_in_schema=False, dependencies=[Depends(Needs())])
def description() -> dict[str, Any]:
    """All of this as OpenAPI."""
    return get_openapi(title="Hotline", version="1", routes=router.routes)
