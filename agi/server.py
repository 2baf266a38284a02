"""The FastAGI server: takes Asterisk's connections and runs a script for each.

Here a script's end has its one home: whatever it was, it is logged with the call's id and the
connection is closed. The dialplan then finds no done marker and takes the caller itself.
"""

from __future__ import annotations

import asyncio
import gc
import hmac
import socket
import traceback
from time import monotonic
from typing import cast

import structlog

from agi.call import Call
from agi.half_open import HalfOpen
from agi.outcomes import HungUp, Outcome, OutOfStep, ScriptTimeout, ServerStopping
from agi.peers import MayConnect, anybody
from agi.protocol import Request
from agi.routes import Routes, Script
from agi.stages import Stages
from agi.tally import Tally

BACKLOG = 1024
"""Asterisk connects in bursts; 64 waiting connections overflow at 64 calls a second."""
LARGEST = 64 * 1024
"""Bytes of a request, or of one line."""
LOOK_ROUND_S = 0.5
"""How often late and silent connections are looked for."""


class Server:
    """One process's share of the calls. ``serve`` makes it."""

    def __init__(self, routes: Routes, token: str, may_connect: MayConnect = anybody) -> None:
        self.may_connect = may_connect
        self.half_open = HalfOpen()
        self.tally = Tally()
        self.stages = Stages()
        self._routes = routes
        self._token = token.encode()
        self._log = structlog.get_logger().bind()  # made once: a line for each call
        self._calls: set[Call] = set()
        self._idle = asyncio.Event()
        self._listener: asyncio.Server
        self._round: asyncio.TimerHandle

    async def listen(self, host: str, port: int) -> None:
        """Take connections. Raises OSError when the port can't be had."""
        gc.freeze()  # what is loaded by now stays: the collector need not walk it in mid-call
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            lambda: Connection(self), sock=_listening(host, port), backlog=BACKLOG
        )
        self._look_round()

    @property
    def port(self) -> int:
        """The port it listens on, useful when 0 was asked for."""
        return int(self._listener.sockets[0].getsockname()[1])

    @property
    def calls(self) -> int:
        """How many calls are under a script now."""
        return len(self._calls)

    async def stop(self, seconds: float = 10.0) -> None:
        """Take no more connections, let calls end for ``seconds``, then end them."""
        self._listener.close()
        self.half_open.drop_all()
        try:
            await asyncio.wait_for(self._no_calls(), seconds)
        except TimeoutError:
            for call in list(self._calls):
                call.finish(ServerStopping(f"after {seconds:g} s"))
            await self._no_calls()
        self._round.cancel()

    async def _no_calls(self) -> None:
        while self._calls:
            self._idle.clear()
            await self._idle.wait()

    def script_for(self, request: Request) -> Script | None:
        """The script a request asks for. None for a stranger's, whose token is wrong, and an unknown one."""
        token, *others = request.arguments or ("",)
        name = request.script
        if not hmac.compare_digest(token.encode(), self._token):
            self.tally.strangers += 1
            self._log.warning("agi.stranger", script=name)
            return None
        script = self._routes.get(name)
        if script is None:
            self._log.error("agi.no_script", script=name, call="".join(others[:1]))
        return script

    def run(self, call: Call, script: Script) -> None:
        """Run a script to its end, whatever that is, and log it. This is the root of the call's greenlet."""
        self._calls.add(call)
        began = monotonic()
        word, level, facts = "done", "info", {}
        try:
            script(call)
        except Outcome as end:
            word, level, facts = end.word, end.level, {"seen": str(end), "caller_is": end.caller_is}
        except Exception as error:  # the edge: one call's fault must not end the others
            word, level, facts = "crashed", "error", _crash(error)
        finally:
            self._calls.discard(call)
            if not self._calls:
                self._idle.set()
        name = call.request.script
        seconds = monotonic() - began
        self.tally.ended[name, word] += 1
        self.tally.seconds += seconds
        ms = round(seconds * 1000)
        getattr(self._log, level)("agi.ended", call=call.call_id, script=name, outcome=word, ms=ms, **facts)

    def _look_round(self) -> None:
        now = monotonic()
        self.half_open.drop_late(now)
        for call in [call for call in self._calls if call.quiet_too_long(now)]:
            call.finish(ScriptTimeout("no reply"))
        loop = asyncio.get_running_loop()
        self._round = loop.call_later(LOOK_ROUND_S, self._look_late, loop.time() + LOOK_ROUND_S)

    def _look_late(self, due: float) -> None:
        self.tally.late = max(asyncio.get_running_loop().time() - due, 0.0)
        self._look_round()


class Connection(asyncio.Protocol):
    """One connection: first its request, then a call's replies, line by line."""

    __slots__ = ("_call", "_server", "_transport", "_unread")

    def __init__(self, server: Server) -> None:
        self._server = server
        self._call: Call | None = None
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's derives from neither
        peer = transport.get_extra_info("peername")
        if peer is None or not self._server.may_connect(peer[0]):
            self._server.tally.strangers += 1
            self.drop()
            return
        self._server.half_open.enter(self, monotonic())

    def data_received(self, data: bytes) -> None:
        call = self._call
        if call is not None and not self._unread:
            line, newline, rest = data.partition(b"\n")
            if newline and not rest:
                call.hear(line)  # nearly always: one whole line
                return
        self._unread += data
        if self._call is None:
            self._hear_request()
        if self._call is not None:
            self._hear_lines(self._call)
        if len(self._unread) > LARGEST:
            self._refuse()

    def eof_received(self) -> None:
        if self._call is not None:
            self._call.finish(HungUp("connection ended"))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._call is None:
            self._server.half_open.leave(self)
        self.eof_received()

    def pause_writing(self) -> None:
        if self._call is not None:
            self._call.pause()

    def resume_writing(self) -> None:
        if self._call is not None:
            self._call.go_on()

    def drop(self) -> None:
        """End it now, with nothing said."""
        self._transport.abort()

    def _hear_request(self) -> None:
        head, blank, self._unread = self._unread.partition(b"\n\n")
        if not blank:
            self._unread = head
            return
        self._server.half_open.leave(self)
        try:
            request = Request(head)
        except OutOfStep:
            self.drop()
            return
        script = self._server.script_for(request)
        if script is None:
            self.drop()
        else:
            self._begin(request, script)

    def _begin(self, request: Request, script: Script) -> None:
        self._call = Call(self._transport, request)

        def whole(call: Call) -> None:
            try:
                self._server.run(call, script)
            finally:
                self._transport.close()

        self._call.start(self._server.stages.take(), whole)

    def _hear_lines(self, call: Call) -> None:
        line, newline, rest = self._unread.partition(b"\n")
        while newline:
            self._unread = rest
            call.hear(line)
            line, newline, rest = self._unread.partition(b"\n")

    def _refuse(self) -> None:
        if self._call is not None:
            self._call.finish(OutOfStep("a line without an end"))
        self.drop()


async def serve(
    host: str, port: int, routes: Routes, token: str, may_connect: MayConnect = anybody
) -> Server:
    """Serve FastAGI in this process until ``stop``; several processes may share the port.

    ``token`` must come as the first argument of every request. Raises OSError when the port can't be had.
    """
    server = Server(routes, token, may_connect)
    await server.listen(host, port)
    return server


def _listening(host: str, port: int) -> socket.socket:
    """A socket whose connections notice a peer that vanished (keep-alive is inherited from it)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT, socket.SO_KEEPALIVE):
        listening.setsockopt(socket.SOL_SOCKET, option, 1)
    listening.bind((host, port))
    return listening


def _crash(error: Exception) -> dict[str, str]:
    """The error's kind and place. Its text is left out: it may hold digits a caller typed."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    return {"error": type(error).__name__, "where": where}
