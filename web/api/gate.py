"""Nothing below ``/api`` is reached, not even what is not there, without a key; and no key may do more than it says.

A right key is let in whoever guesses beside it from the same address.
"""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

import structlog
from fastapi import Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcenter.audit import Actor
from callcenter.ports import App
from callcenter.tries import Tries
from schema.api_keys import ApiKey
from schema.refusal import first_line
from web.api import keys
from web.api.keys import Right
from web.peer import peer_of

log = structlog.get_logger()
AREA = "/api"
GUESSES, GUESS_SECONDS = 20, 60.0
"""Wrong keys from one address; more are told to wait."""
REQUESTS, REQUEST_SECONDS = 200, 10.0
"""Of one key."""
LONGEST_BODY = 16_384
BODY_SECONDS = 10.0
KEY = "hotline.key"
"""Where a request's scope has whose key it came with."""


class Refused(Exception):
    """The answer instead of what was asked for."""

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.answer = JSONResponse({"error": sentence}, status, headers)


class Gate:
    """Stands before the application; what is asked outside of ``/api`` passes."""

    def __init__(self, inner: ASGIApp, app: App) -> None:
        self._inner = inner
        self._app = app
        self._guesses = Tries(GUESSES, GUESS_SECONDS)
        self._requests = Tries(REQUESTS, REQUEST_SECONDS)
        self._noted: dict[str, float] = {}
        self._writing: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not is_inside(scope["path"]):
            await self._inner(scope, receive, send)
            return
        try:
            scope[KEY] = await self._admitted(Request(scope))
            body = await _whole(receive)
        except Refused as refused:
            await refused.answer(scope, receive, send)
            return
        await self._inner(scope, _again(body, receive), _told(scope, send))

    async def _admitted(self, request: Request) -> ApiKey:
        """Whose key it came with. Raises Refused."""
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        found = await self._known(key.strip()) if kind.lower() == "bearer" else None
        now = time.monotonic()
        if found is None:
            raise self._stranger(request, now, guesses=bool(key))
        if self._requests.too_many(found.name, now):
            raise Refused(
                429,
                f"key {found.name}: more than {REQUESTS} requests in {REQUEST_SECONDS:g} s; wait",
                **{"Retry-After": f"{REQUEST_SECONDS:.0f}"},
            )
        self._requests.add(found.name, now)
        self._note(found.name, now)
        return found

    def _stranger(self, request: Request, now: float, *, guesses: bool) -> Refused:
        who = peer_of(request)
        waits = self._guesses.too_many(who, now)
        if guesses:
            self._guesses.add(who, now)
        if waits:  # who guesses on fills no log
            seconds = f"{GUESS_SECONDS:.0f}"
            return Refused(429, "too many wrong keys from your address; wait", **{"Retry-After": seconds})
        log.warning("api.refused", peer=who, path=request.url.path)
        return Refused(
            401,
            "a key is needed: Authorization: Bearer KEY; hotline keys add makes one",
            **{"WWW-Authenticate": "Bearer"},
        )

    async def _known(self, key: str) -> ApiKey | None:
        def work() -> ApiKey | None:
            with self._app.sessions(read_only=True)() as session:
                return keys.find(session, key)

        try:
            return await asyncio.to_thread(work)
        except SQLAlchemyError as error:
            log.warning("web.database_away", error=first_line(error))
            raise Refused(503, "the database does not answer: try again", **{"Retry-After": "10"}) from None

    def _note(self, name: str, now: float) -> None:
        """Beside the request, which never waits for it."""
        if now - self._noted.get(name, -GUESS_SECONDS) < keys.USED_EVERY.total_seconds():
            return
        self._noted[name] = now
        task = asyncio.create_task(asyncio.to_thread(self._write_used, name))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    def _write_used(self, name: str) -> None:
        try:
            with self._app.sessions().begin() as session:
                keys.used(session, name, self._app.clock())
        except SQLAlchemyError as error:
            log.warning("api.use_not_noted", program=name, error=first_line(error))


def is_inside(path: str) -> bool:
    """Whether a path is the interface's."""
    return path == AREA or path.startswith(f"{AREA}/")


class Needs:
    """A route's right; without one any key will do. ``Needs("read")`` is a dependency."""

    def __init__(self, right: Right | None = None) -> None:
        self.right = right

    def __call__(self, request: Request, _: Annotated[Any, Depends(HTTPBearer(auto_error=False))]) -> Actor:
        """By whom it is asked for, as the audit log has it. Raises HTTPException."""
        key: ApiKey | None = request.scope.get(KEY)
        if key is None:
            raise HTTPException(401, "a key is needed")
        if self.right is not None and self.right not in key.rights:
            raise HTTPException(403, f"key {key.name} has no right {self.right}; see hotline keys list")
        return Actor(f"api {key.name}", f"api {key.name}")


async def _whole(receive: Receive) -> bytes:
    """The request's body, before anything is done with it. Raises Refused."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                body += message.get("body", b"")
                if len(body) > LONGEST_BODY:
                    raise Refused(413, f"a body has {LONGEST_BODY} bytes at most", Connection="close")
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise Refused(408, f"the body did not come within {BODY_SECONDS:g} s", Connection="close") from None


def _told(scope: Scope, send: Send) -> Send:
    """Writes down what became of a deed; what is only read is not worth a line."""

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start" and scope["method"] != "GET":
            log.info("api.asked", program=scope[KEY].name, path=scope["path"], status=message["status"])
        await send(message)

    return tell


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives what was read already, then goes on."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return first.pop() if first else await receive()

    return give
