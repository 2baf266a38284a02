"""What a step masks is sent to the look-up that needs it, and is found nowhere else."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.e2e.case import Case
from tests.e2e.house import House
from tests.e2e.runner import play
from tests.e2e.telephony_site import LOOKUP_PORT

ACCOUNT, PIN = "87654321", "739154"
CASE = Case(
    name="masked",
    req=["IVR-6"],
    callers={"anna": {"from": "e1", "dials": "4008001000", "talk_seconds": 22}},
    happens=[
        {"dial": "anna"},
        {"answered": "anna"},
        {"press": {"anna": "11"}},
        {"step": {"anna": "billing_menu"}},
        {"press": {"anna": f"{ACCOUNT}#"}},
        {"step": {"anna": "ask_account"}},
        {"press": {"anna": f"{PIN}#"}},
        {"step": {"anna": "fetch_balance"}},
        {"ended": "anna"},
    ],
    seen={"anna": {"path": ["ask_account", "ask_password", "fetch_balance", "say_balance"]}},
)


class Billing(BaseHTTPRequestHandler):
    """A billing system that remembers what it was asked."""

    asked: list[str]

    def do_POST(self) -> None:  # the name http.server calls
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def do_GET(self) -> None:
        self._answer(self.path)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, asked: str) -> None:
        self.asked.append(asked)
        body = json.dumps({"account": {"balance": "128.50", "due": "2026-10-15", "unpaid": 2}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def billing() -> Iterator[list[str]]:
    """What the billing system was asked so far."""
    asked: list[str] = []
    handler = type("OneBilling", (Billing,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", LOOKUP_PORT), handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        yield asked
        server.shutdown()
        serving.join()


def files_with(folder: Path, word: str) -> list[Path]:
    """The files below ``folder`` that hold the word."""
    files = [Path(at, name) for at, _, names in os.walk(folder) for name in names]
    return [path for path in files if path.is_file() and word.encode() in read(path)]


def read(path: Path) -> bytes:
    """The file's bytes; none when it has just been removed, as a stored part of the journal is."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


@pytest.mark.usefixtures("played")
@pytest.mark.req("IVR-6")
def test_masked_digits_are_found_nowhere(house: House, billing: list[str]) -> None:
    play(CASE, house)
    assert [PIN in question for question in billing] == [True]
    assert files_with(house.home, PIN) == []
    assert files_with(house.home, ACCOUNT) != [], "the search finds nothing at all"
