"""One request to an application, without a port."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI


def ask(web: FastAPI, method: str, path: str, peer: str = "127.0.0.1", **given: Any) -> httpx.Response:
    """What it answers to whoever asks from ``peer``."""

    async def play() -> httpx.Response:
        line = httpx.ASGITransport(web, client=(peer, 40000))
        async with httpx.AsyncClient(transport=line, base_url="http://hotline.test") as client:
            return await client.request(method, path, **given)

    return asyncio.run(play())
