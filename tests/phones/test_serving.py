"""The HTTPS end as a process, with the site that is live and a certificate of the house's own authority."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from lab import processes
from lab.ports import answers
from phones.account import account, reach
from phones.answers import Desk
from phones.files import file_name
from tests.e2e.until import until
from tests.phones.accounts import seat_of, secret, site_of
from tests.phones.house import House, site

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


class Serving:
    """A house whose phones can fetch their files."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.settings = house.app.settings
        self.log = self.settings.folder / "phones.log"

    def start(self) -> None:
        command = [sys.executable, "-m", "cli", "phones", "serve"]
        environment = {**os.environ, **self.settings.environment(), "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        port = self.settings.phones_port
        assert port is not None
        until(lambda: answers("127.0.0.1", port), 60, "phones are served")

    def stop(self) -> int:
        processes.end(self.process.pid, 10)
        return self.process.wait()

    def folder(self, number: str) -> str:
        known = site()
        seat = next(seat for seat in known.seats if seat.number == number)
        found = account(known, seat, reach(self.settings), self.house.app.secrets)
        assert found.folder is not None
        return found.folder

    def get(self, url: str) -> httpx.Response:
        trust = ssl.create_default_context(cafile=str(self.house.certificates.authority))
        with httpx.Client(verify=trust, trust_env=False) as client:
            return client.get(url)


@pytest.fixture(scope="module")
def serving(house: House) -> Iterator[Serving]:
    serving = Serving(house)
    serving.start()
    try:
        yield serving
    finally:
        serving.stop()


@pytest.mark.req("GW-4")
@pytest.mark.parametrize("number", ["7507", "7508", "7509"])
def test_a_phone_of_each_make_fetches_its_file_and_no_secret_is_logged(serving: Serving, number: str) -> None:
    seat = next(seat for seat in site().seats if seat.number == number)
    assert seat.phone is not None
    found = serving.get(serving.folder(number) + file_name(seat.phone))
    assert found.status_code == 200
    assert found.headers["cache-control"] == "no-store"
    assert serving.house.app.secrets(f"seat/{seat.name}") in found.text
    log = serving.log.read_text()
    assert f'"{seat.name}"' in log or f"seat={seat.name}" in log
    for kind in ("seat", "phone"):
        assert serving.house.app.secrets(f"{kind}/{seat.name}") not in log


def test_a_strangers_token_gets_nothing(serving: Serving) -> None:
    other = serving.folder("7507").replace("/p7507/", "/p7508/")
    assert serving.get(other + "cfg000b82007508.xml").status_code == 404


def test_a_new_token_holds_at_once_and_the_old_one_no_longer(serving: Serving) -> None:
    before = serving.folder("7509") + "0c383e007509.cfg"
    assert serving.get(before).status_code == 200
    serving.house.app.secrets.set("phone/p7509", "another-token-0123456789")
    assert serving.get(before).status_code == 404
    assert serving.get(serving.folder("7509") + "0c383e007509.cfg").status_code == 200


def test_plain_http_gets_nothing(serving: Serving) -> None:
    with socket.create_connection(("127.0.0.1", serving.settings.phones_port or 0), 5) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200" not in line.recv(1000)


def test_who_says_nothing_keeps_nobody_waiting(serving: Serving) -> None:
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(socket.create_connection(("127.0.0.1", serving.settings.phones_port or 0), 5))
        assert serving.get(serving.folder("7507") + "805e0c007507.cfg").status_code == 200


def test_a_renewed_certificate_is_shown_without_a_restart(serving: Serving) -> None:
    def shown() -> str:
        return ssl.get_server_certificate(("127.0.0.1", serving.settings.phones_port or 0))

    before = shown()
    serving.house.certificates.renew(serving.house.app.clock())
    until(lambda: shown() != before, 15, "the new certificate is shown")
    assert serving.get(serving.folder("7507") + "805e0c007507.cfg").status_code == 200


@pytest.mark.req("GW-4")
def test_ten_thousand_seats_are_served_by_request(serving: Serving) -> None:
    whole = site_of(*(seat_of("yealink").model_copy(update={"name": f"s{n}"}) for n in range(10_000)))
    desk = Desk(lambda: whole, secret, reach(serving.settings), None)
    path = f"/s9999/{secret('phone/s9999')}/805e0c112233.cfg"
    assert desk.answer(path, "first", 0.0).status == 200
    began = time.process_time()
    assert desk.answer(path, "again", 0.0).status == 200
    assert time.process_time() - began < 0.05
