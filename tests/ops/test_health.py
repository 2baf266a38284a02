"""Each process says whether it is alive, whether it can do its work, and how much it has done."""

from __future__ import annotations

import json
import time

import pytest

from callcenter.health.end import FASTAGI, LISTENER, WORKER
from doctor.fastagi import ANSWER, ask
from doctor.findings import Look
from doctor.health import ends
from schema.surveys import Notice
from tests.ops.conftest import PROCESSES, SECONDS, House

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("health"), pytest.mark.req("OPS-3")]


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_says_that_it_is_alive(house: House, process: str) -> None:
    status, body = house.ask(process, "/healthz")
    assert (status, json.loads(body)) == (200, {"process": process, "alive": True})


def test_who_cannot_do_their_work_says_why(house: House) -> None:
    assert house.ask(LISTENER, "/readyz")[0] == 503
    assert house.troubles(LISTENER)["asterisk"].startswith("no manager connection")
    assert house.ask(FASTAGI, "/readyz")[0] == 503
    assert "hotline apply" in house.troubles(FASTAGI)["site"]


def test_what_is_asked_otherwise_is_refused(house: House) -> None:
    assert house.ask(LISTENER, "/secrets")[0] == 404


def test_scripts_are_counted_by_outcome_and_strangers_apart(house: House) -> None:
    ended = ("hotline_agi_sessions_total", frozenset({("script", "ping"), ("outcome", "done")}))
    strangers = ("hotline_agi_strangers_total", frozenset[tuple[str, str]]())
    before = house.metrics(FASTAGI)
    address = (house.settings.agi_host, house.settings.agi_port)
    assert ask(address, house.app.secrets("agi/token")) == ANSWER
    assert ask(address, "not the token") == b""
    until = time.monotonic() + SECONDS
    while (now := house.metrics(FASTAGI)).get(ended, 0) == before.get(ended, 0):
        assert time.monotonic() < until
    assert now[ended] == before.get(ended, 0) + 1
    assert now[strangers] == before[strangers] + 1


def test_the_house_is_told_from_the_database(house: House) -> None:
    none = frozenset[tuple[str, str]]()
    until = time.monotonic() + SECONDS
    while not (told := house.metrics(WORKER))[("hotline_database_up", none)]:
        assert time.monotonic() < until
    while (free := house.metrics(WORKER).get(("hotline_recordings_free_bytes", none))) is None:
        assert time.monotonic() < until
    assert free > 0
    assert told[("hotline_journal_refused_files", none)] == 0


def test_the_listener_tells_of_its_books(house: House) -> None:
    none = frozenset[tuple[str, str]]()
    told = house.metrics(LISTENER)
    assert told[("hotline_ami_up", none)] == 0
    assert told[("hotline_calls_unwritten", none)] == 0


def test_mails_that_are_due_are_counted(house: House) -> None:
    """There is no mail server, so they wait; the worker is at work without."""
    none = frozenset[tuple[str, str]]()
    assert house.troubles(WORKER) == {}
    with house.app.sessions().begin() as session:
        for key in ("1", "2"):
            session.add(
                Notice(kind="voicemail", key=key, address="duty@example.com", due_at=house.app.clock())
            )
    until = time.monotonic() + SECONDS
    while house.metrics(WORKER).get(("hotline_mails_waiting", none)) != 2:
        assert time.monotonic() < until


@pytest.mark.parametrize("process", PROCESSES)
def test_no_label_is_of_a_caller(house: House, process: str) -> None:
    labels = {name for _, pairs in house.metrics(process) for name, _ in pairs}
    assert labels <= {"script", "outcome", "queue", "state", "trunk", "line", "source"}


def test_the_doctor_asks_them(house: House) -> None:
    finding = ends(Look(house.app))
    assert finding.state == "wrong"
    assert "ami: asterisk: no manager connection" in finding.text
    assert "agi: site:" in finding.text


def test_a_port_that_somebody_has_ends_nothing(house: House) -> None:
    """The second worker wants the health end of the first: it is told in the log, and calls are served."""
    with house.process("agi", HOTLINE_LOG_LEVEL="info") as second:
        log = house.settings.folder / "agi.log"
        until = time.monotonic() + SECONDS
        while "health.no_port" not in log.read_text():
            assert time.monotonic() < until
            assert second.poll() is None
            time.sleep(0.05)
        assert "agi.listening" in log.read_text()
