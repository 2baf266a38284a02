"""A real message gateway on loopback over HTTP: it keeps what it is given, or says what it was told to say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

HANG_UP = 0
"""Said instead of a status: the line breaks after the message was taken."""


@dataclass(frozen=True)
class Posted:
    """One request: what it was told, by which right, and as what."""

    fields: dict[str, str]
    authorization: str | None
    content_type: str


class SmsGateway:
    """``says``: status and body of the next answers; then every message is taken."""

    def __init__(self, port: int) -> None:
        self.posted: list[Posted] = []
        self.says: list[tuple[int, str]] = []
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                status, body = gateway.says.pop(0) if gateway.says else (200, '{"code": 0}')
                gateway.posted.append(_read(self))
                if status == HANG_UP:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/send"


def _read(request: BaseHTTPRequestHandler) -> Posted:
    body = request.rfile.read(int(request.headers["Content-Length"])).decode()
    kind = request.headers["Content-Type"].partition(";")[0]
    fields = json.loads(body) if kind == "application/json" else dict(parse_qsl(body))
    return Posted(fields, request.headers["Authorization"], kind)


@contextmanager
def open_gateway(port: int = 0) -> Iterator[SmsGateway]:
    """A gateway that listens on ``port``, or a free one."""
    gateway = SmsGateway(port)
    serving = threading.Thread(target=gateway.server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        yield gateway
    finally:
        gateway.server.shutdown()
        gateway.server.server_close()
        serving.join()
