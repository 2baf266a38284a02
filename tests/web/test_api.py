"""What the interface tells and does, without an Asterisk; with one: tests/e2e."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

import pytest
from click.testing import CliRunner

from cli import main
from schema.calls import Call, Leg, Recording
from schema.routing import Decision
from tests.web.programs import Program
from web.api.keys import RIGHTS

pytestmark = [pytest.mark.req("API-1"), pytest.mark.slow]
AT = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)


def keep(program: Program, *rows: Any) -> None:
    with program.app.sessions().begin() as session:
        session.add_all(rows)


def call(number: int, state: str = "closed") -> Call:
    """Three begin at the same moment."""
    at = AT + dt.timedelta(seconds=number // 3)
    return Call(call_id=f"pbx-{number}", direction="inbound", started_at=at, state=state)


@pytest.mark.req("RT-7")
def test_a_call_is_told_as_the_command_tells_it_with_the_reasons_of_its_way(program: Program) -> None:
    way = Decision(
        call_id="pbx-1", uniqueid="pbx-1", at=AT, number=1, about="call", destination="flow main",
        reasons=["trunk e1", "4008001000 opens flow main"],
    )  # fmt: skip
    leg = Leg(call_id="pbx-1", uniqueid="pbx-1", channel="PJSIP/e1-1", kind="caller", started_at=AT)
    keep(program, call(1), way, leg)
    told = program.asks("GET", "/api/v1/calls/pbx-1", program.key("crm", "read")).json()
    printed = CliRunner().invoke(
        main.get_command(None, "calls"), ["show", "pbx-1", "--json"], obj=program.app
    )  # type: ignore[arg-type]
    assert told == json.loads(printed.stdout)
    assert told["routing"][0]["reasons"] == ["trunk e1", "4008001000 opens flow main"]


def test_calls_are_told_page_after_page_each_once_the_newest_first(program: Program) -> None:
    keep(program, *(call(number, "open" if number % 4 == 0 else "closed") for number in range(10)))
    key = program.key("crm", "read")
    pages: list[list[str]] = []
    while not pages or pages[-1]:
        before = f"&before={pages[-1][-1]}" if pages else ""
        rows = program.asks("GET", f"/api/v1/calls?limit=4{before}", key).json()
        pages.append([row["call_id"] for row in rows])
    assert [len(page) for page in pages] == [4, 4, 2, 0]
    assert [one for page in pages for one in page] == [f"pbx-{number}" for number in range(9, -1, -1)]
    up = program.asks("GET", "/api/v1/calls?state=up", key).json()
    assert [row["call_id"] for row in up] == ["pbx-8", "pbx-4", "pbx-0"]
    assert program.asks("GET", "/api/v1/calls?before=pbx-99", key).status_code == 404


def test_what_a_click_came_to_is_told_once_it_is_known(program: Program) -> None:
    key = program.key("crm", "read")
    assert program.asks("GET", "/api/v1/calls/pbx-1/dialled", key).json()["result"] is None
    legs = [
        Leg(call_id="pbx-1", uniqueid=f"pbx-{number}", channel="PJSIP/a", kind=kind, started_at=AT)
        for number, kind in ((1, "caller"), (2, "outside"))
    ]
    legs[0].answered_at, legs[1].cause = AT, 17
    keep(program, call(1), *legs)
    assert program.asks("GET", "/api/v1/calls/pbx-1/dialled", key).json()["result"] == "busy"


def test_recordings_are_found_by_call_and_agent(program: Program) -> None:
    rows = [
        Recording(call_id=f"pbx-{number}", uniqueid=f"u{number}", state="failed", started_at=AT, agent=agent)
        for number, agent in ((1, "1001"), (1, "1002"), (2, "1001"))
    ]
    for number, row in enumerate(rows):
        row.uniqueid = f"u{number}"
    keep(program, call(1), call(2))
    keep(program, *rows)
    key = program.key("crm", "read")
    of_call = program.asks("GET", "/api/v1/recordings?call=pbx-1", key).json()
    of_both = program.asks("GET", "/api/v1/recordings?call=pbx-1&agent=1002", key).json()
    assert [row["uniqueid"] for row in of_call] == ["u1", "u0"]
    assert [row["uniqueid"] for row in of_both] == ["u1"]


@pytest.mark.req("ACD-5")
def test_agents_are_seated_paused_and_sent_home_in_the_name_of_the_key(program: Program) -> None:
    key = program.key("crm", "read", "agents")
    for deed, body in (("login", {"seat": "s8001"}), ("pause", {}), ("unpause", None), ("logout", None)):
        answer = program.asks("POST", f"/api/v1/agents/1001/{deed}", key, json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["memberships_changed"] is None, "Asterisk is away, and the queues follow later"
        told = {row["agent"]: row for row in program.asks("GET", "/api/v1/agents", key).json()}["1001"]
        assert (told["seat"] is None) == (deed == "logout")
        assert (told["state"] == "paused") == (deed == "pause")
    assert program.audited() == [
        ("api crm", f"agent.{deed}", "1001", None) for deed in ("login", "pause", "unpause", "logout")
    ]
    assert program.asks("POST", "/api/v1/agents/1001/pause", key).status_code == 404
    assert program.asks("POST", "/api/v1/agents/9999/login", key, json={"seat": "s8001"}).status_code == 404


WRONG: list[tuple[str, Any, str]] = [
    ("/calls", {"agent": "1001", "number": "139\r\n1"}, "number"),
    ("/calls", {"agent": "1001", "number": "139\0"}, "number"),
    ("/calls", {"agent": '1"', "number": "13912345678"}, "agent"),
    ("/calls", {"agent": "1001"}, "number"),
    ("/calls", [], "body"),
    ("/calls", None, "body"),
    ("/calls/pbx-1/transfer", {"number": "8003@evil"}, "number"),
    ("/calls/pbx-1/transfer", {"number": "8003", "attended": "perhaps"}, "attended"),
    ("/calls/pbx-1/transfer", {"number": "8003", "form": "1001"}, "form"),
    ("/calls/pbx-1/transfer/complete", {"from": "x"}, "from"),
    ("/calls/pbx-1/participants", {}, "say one of number, agent"),
    ("/calls/pbx-1/participants", {"number": "8003", "agent": "1002"}, "say one of number, agent"),
    ("/calls/pbx-1/survey", {"survey": "A&B"}, "survey"),
    ("/calls/pbx-1/supervision", {"deed": "sing", "supervisor": "1002"}, "deed"),
    ("/calls/pbx-1%0D%0AAction:/survey", None, "call_id"),
    ("/calls/pbx-1%00/recording/pause", None, "subject"),
    ("/agents/1001/pause", {"reason": "tea\n"}, "reason"),
    ("/agents/1001/login", {"seat": "../etc"}, "seat"),
]


def test_what_could_mean_something_else_is_refused_and_the_field_named(embedded: Program) -> None:
    key = embedded.key("crm", *RIGHTS)
    for path, body, named in WRONG:
        answer = embedded.asks("POST", f"/api/v1{path}", key, json=body)
        assert answer.status_code == 422, (path, body, answer.text)
        assert named in answer.json()["error"], (path, body, answer.text)
        assert list(answer.json()) == ["error"]
    assert embedded.audited() == []


@pytest.mark.parametrize(
    ("query", "named"), [("limit=0", "limit"), ("limit=501", "limit"), ("state=x", "state")]
)
def test_a_wrong_question_is_refused_and_named(embedded: Program, query: str, named: str) -> None:
    answer = embedded.asks("GET", f"/api/v1/calls?{query}", embedded.key("crm", "read"))
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(f"{named}: ")


def test_without_asterisk_every_deed_on_a_call_says_so_at_once(embedded: Program) -> None:
    key = embedded.key("crm", *RIGHTS)
    embedded.asks("POST", "/api/v1/agents/1001/login", key, json={"seat": "s8001"})
    began = time.monotonic()
    for path, body in (
        ("/calls", {"agent": "1001", "number": "8003"}),
        ("/calls/pbx-1/transfer", {"number": "8003"}),
        ("/calls/pbx-1/transfer/cancel", None),
        ("/calls/pbx-1/participants", {"agent": "1001"}),
        ("/calls/pbx-1/survey", {}),
        ("/calls/pbx-1/supervision", {"deed": "disconnect", "supervisor": "1001"}),
        ("/calls/pbx-1/recording/pause", None),
    ):
        answer = embedded.asks("POST", f"/api/v1{path}", key, json=body)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "10"), (path, answer.text)
        assert "see that Asterisk runs" in answer.json()["error"]
    assert embedded.asks("GET", "/api/v1/queues", key).status_code == 503
    assert time.monotonic() - began < 5


def test_errors_have_one_form(embedded: Program) -> None:
    key = embedded.key("crm", *RIGHTS)
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/calls", 405),
        ("GET", "/api/v1/calls/pbx-1", 404),
        ("POST", "/api/v1/agents/1001/unpause", 404),
    ):
        answer = embedded.asks(method, path, key)
        assert (answer.status_code, list(answer.json())) == (status, ["error"]), path


def test_the_description_needs_a_key_and_tells_every_error_and_the_kind_of_key(embedded: Program) -> None:
    told = embedded.asks("GET", "/api/v1/openapi.json", embedded.key("crm", "dial")).json()
    transfer = told["paths"]["/api/v1/calls/{call_id}/transfer"]["post"]
    assert {"200", "401", "403", "404", "409", "422", "429", "503"} <= transfer["responses"].keys()
    assert transfer["security"] == [{"HTTPBearer": []}]
    assert "routing" in told["components"]["schemas"]["CallWhole"]["properties"]
