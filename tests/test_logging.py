"""Logs: JSON, one line a fact, ``call`` on what concerns a call; never a secret, never a key that was pressed."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import datetime as dt
import json
import logging
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
import uvloop

from agi.routes import routes
from agi.server import serve
from agi.services import Services
from agi.snapshots import Snapshots
from ami.connection import Account, AmiConnection
from callcenter.journal import Journal
from callcenter.logging import configure, quiet
from callcenter.prompt_index import PromptIndex, Sound
from callcenter.site import Site
from dialplan_templates.published import site_json
from tests.callcenter import flow_sites
from tests.fakes.ami_server import FakeAmi
from tests.fakes.asterisk_agi import Exchange, request

ROOT = Path(__file__).parents[1]
LOGGING_PACKAGES = (
    "agi",
    "ami",
    "callcenter",
    "dialplan_templates",
    "doctor",
    "lab",
    "prompts",
    "recordings",
)
EVENT = re.compile(r"[a-z]+\.[a-z_]+")
DIGITS = "73195028"
SECRET = "canary-5up3r-53cret"
LEVELS = ("debug", "info", "warning", "error", "exception")


class Stderr:
    """What a test's process has written to stderr so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    @property
    def text(self) -> str:
        self._text += self._capsys.readouterr().err
        return self._text

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its lines; every one is a JSON object."""
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Stderr:
    """The logs of a process set up as ``hotline agi`` is, at their loudest."""
    configure("debug", "test")
    return Stderr(capsys)


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    """Every ``log.<level>(…)`` of the program, and the server's ``getattr(log, level)(…)``."""
    for package in LOGGING_PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and re.match(
                    rf"log\.({'|'.join(LEVELS)})$|getattr\(log, level\)$", ast.unparse(node.func)
                ):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


@pytest.mark.slow
def test_every_event_is_a_short_dotted_word() -> None:
    names = {where: ast.literal_eval(call.args[0]) for where, call in log_calls()}
    assert len(names) > 15
    assert {where: name for where, name in names.items() if not EVENT.fullmatch(name)} == {}


@pytest.mark.slow
def test_the_calls_id_has_one_name() -> None:
    other = {"call_id", "linkedid", "uniqueid"}
    found = {where: other & {word.arg for word in call.keywords} for where, call in log_calls()}
    assert {where: names for where, names in found.items() if names} == {}


def test_a_fact_is_one_json_line_with_its_process(log: Stderr) -> None:
    structlog.get_logger().info("call.begun", call="node-1.1", caller="张三\n")
    [line] = log.lines
    assert (
        line.items()
        >= {"event": "call.begun", "call": "node-1.1", "process": "test", "level": "info"}.items()
    )


def test_a_thread_and_a_bound_logger_tell_their_process_too(log: Stderr) -> None:
    bound = structlog.get_logger().bind(call="node-1.1")
    thread = threading.Thread(target=lambda: bound.warning("call.late", ms=3))
    thread.start()
    thread.join()
    [line] = log.lines
    assert line.items() >= {"event": "call.late", "call": "node-1.1", "ms": 3, "process": "test"}.items()


def test_what_is_below_the_level_is_left_out(log: Stderr) -> None:
    configure("warning", "test")
    logger = structlog.get_logger()
    for tell in (logger.debug, logger.info, logger.warning, logger.error, logger.exception):
        tell("some.thing")
    assert [line["level"] for line in log.lines] == ["warning", "error", "error"]


def test_the_values_of_secret_keys_are_hidden_however_deep(log: Stderr) -> None:
    named = {"token": SECRET, "Authorization": SECRET, "fields": {"inner": [{"Key": SECRET}]}}
    structlog.get_logger().info("some.thing", **named)
    [line] = log.lines
    assert line["Authorization"] == "***"
    assert SECRET not in log.text


def test_an_unforeseen_error_is_told_by_kind_and_place_alone(log: Stderr) -> None:
    try:
        int(f"x{DIGITS}")
    except ValueError:
        structlog.get_logger().exception("some.failure")
    [line] = log.lines
    assert line["error"] == "ValueError"
    assert "test_logging.py" in line["where"]
    assert DIGITS not in log.text


def test_what_libraries_warn_of_is_json_too_and_their_chatter_is_not_logged(log: Stderr) -> None:
    logging.getLogger("httpx").info("GET http://crm/?account=%s", DIGITS)
    logging.getLogger("asyncio").error("task failed", exc_info=ValueError(DIGITS))
    [line] = log.lines
    assert line.items() >= {"event": "library.says", "library": "asyncio", "error": "ValueError"}.items()
    assert DIGITS not in log.text


def test_a_command_at_a_terminal_shows_warnings_only_and_plainly(log: Stderr) -> None:
    quiet()
    structlog.get_logger().info("ami.up", host="127.0.0.1")
    structlog.get_logger().warning("members.refused", action="QueueAdd")
    assert log.text == "hotline: warning: members.refused action=QueueAdd\n"


ASK = {
    "ask": {"kind": "collect", "prompts": ["ask_pin"], "save": "pin", "least": 4, "most": 8, "masked": True}
    | {name: {"times": 2, "prompt": "sorry"} for name in ("no_input", "wrong")}
    | {"next": "bye"}
}


def published(etc: Path, site: Site) -> Snapshots:
    """Version 1 of a site, live, without a sound."""
    folder = etc / "hotline.versions/1"
    folder.mkdir(parents=True)
    (folder / "site.json").write_text(site_json(site, PromptIndex(Sound("silence", 100), {})))
    (etc / "hotline.d").symlink_to("hotline.versions/1")
    return Snapshots(etc)


async def serve_a_caller_who_types(tmp_path: Path, opening: bytes, reply: str) -> None:
    """One call to the real script on a real server; every command gets ``reply``."""
    journal = Journal(tmp_path / "journal", "test")
    async with httpx.AsyncClient() as http:
        site = flow_sites.site(flow_sites.flow(ASK))
        services = Services(published(tmp_path, site), journal, lambda: dt.datetime.now(dt.UTC), http)
        server = await serve("127.0.0.1", 0, routes(services), SECRET)
        house = Exchange(server.port)
        asterisk = await house.call(opening)
        while await asterisk.answer(reply):
            pass
        await house.close()
        await server.stop(0)
    journal.close()


def arguments(**more: str) -> bytes:
    """A request for the script ``ivr`` as the dialplan makes it."""
    names = ("call", "version", "cursor", "outcome", "trunk", "did", "variables", "fallback")
    values = dict.fromkeys(names, "") | {"call": "node-1.0", "trunk": "e1", "did": "95588"} | more
    numbered = {f"agi_arg_{number}": values[name] for number, name in enumerate(names, start=2)}
    return request(token=SECRET, **numbered)


@pytest.mark.parametrize("reply", [f"200 result={DIGITS}", f"{DIGITS}", f"200 result={DIGITS} (x"])
def test_digits_and_token_are_in_no_line_however_a_script_ends(
    log: Stderr, tmp_path: Path, reply: str
) -> None:
    uvloop.run(serve_a_caller_who_types(tmp_path, arguments(), reply))
    assert [line["event"] for line in log.lines][-1] == "agi.ended"
    assert all(line["call"] == "node-1.0" for line in log.lines)
    assert DIGITS not in log.text
    assert SECRET not in log.text


def test_masked_digits_are_in_no_journal_either(log: Stderr, tmp_path: Path) -> None:
    uvloop.run(serve_a_caller_who_types(tmp_path, arguments(), f"200 result={DIGITS}"))
    kept = "".join(path.read_text() for path in (tmp_path / "journal").glob("*.jsonl"))
    assert '"step": "ask"' in kept
    assert DIGITS not in kept


def test_a_strangers_request_is_logged_without_what_it_tried(log: Stderr, tmp_path: Path) -> None:
    opening = request(token=f"{SECRET}x", agi_arg_3=DIGITS)
    uvloop.run(serve_a_caller_who_types(tmp_path, opening, "200 result=0"))
    assert [line["event"] for line in log.lines] == ["agi.stranger"]
    assert SECRET not in log.text


def test_a_crashing_event_handler_tells_nothing_of_the_event(log: Stderr) -> None:
    asyncio.run(_crash_over_an_event())
    [line] = [line for line in log.lines if line["level"] == "error"]
    assert (line["event"], line["error"], line["call"]) == ("ami.event_failed", "KeyError", "node-1.7")
    assert SECRET not in log.text
    assert DIGITS not in log.text


async def _crash_over_an_event() -> None:
    seen = asyncio.Event()

    def on_event(message: Any) -> None:
        seen.set()
        raise KeyError(message["Digits"])

    async with FakeAmi(secret=SECRET) as server:
        up = asyncio.Event()
        account = Account(host="127.0.0.1", port=server.port, username="hotline", secret=SECRET)
        connection = AmiConnection(
            account,
            wanted=("UserEvent",),
            on_event=on_event,
            on_state=lambda connected, *_: up.set() if connected else None,
            clock=lambda: dt.datetime.now(dt.UTC),
        )
        running = asyncio.create_task(connection.run())
        async with asyncio.timeout(10):
            await up.wait()
            server.sessions[0].send(
                f"Event: UserEvent\r\nLinkedid: node-1.7\r\nDigits: {DIGITS}\r\n\r\n".encode()
            )
            await seen.wait()
        connection.close()
        with contextlib.suppress(asyncio.CancelledError):
            await running
