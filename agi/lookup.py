"""A flow's question to another system: one HTTP GET, a JSON answer, a time limit for the whole of it."""

from __future__ import annotations

import asyncio
import json

import httpx

from callcenter.flow.dialogue import Failed, Found, Lookup, NotFound

LARGEST_ANSWER = 64 * 1024


async def look_up(http: httpx.AsyncClient, request: Lookup) -> Found | NotFound | Failed:
    """Ask. Never raises: whatever goes wrong is an answer the flow has a branch for."""
    try:
        async with asyncio.timeout(request.timeout_seconds):
            return await _ask(http, request)
    except TimeoutError:
        return Failed(f"no answer within {request.timeout_seconds:g} s")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Failed(f"the question could not be asked: {type(error).__name__}")


async def _ask(http: httpx.AsyncClient, request: Lookup) -> Found | NotFound | Failed:
    async with http.stream("GET", request.url, params=list(request.query)) as response:
        if response.status_code == httpx.codes.NOT_FOUND:
            return NotFound()
        if response.status_code != httpx.codes.OK:
            return Failed(f"the other system answered {response.status_code}")
        body = b""
        async for chunk in response.aiter_raw():  # never unpacked: 64 kB may hold a gigabyte
            body += chunk
            if len(body) > LARGEST_ANSWER:
                return Failed("the answer is too large")
    try:
        return Found(json.loads(body))
    except (ValueError, RecursionError):
        return Failed("the answer is not JSON")
