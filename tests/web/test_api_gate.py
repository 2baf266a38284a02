"""Who gets in: nobody without a key, and no key further than its rights."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.asking import ask
from tests.web.programs import Program, bearer
from web.api import gate, keys, routes
from web.api.gate import Needs
from web.api.keys import RIGHTS, Right

pytestmark = [pytest.mark.req("API-3"), pytest.mark.slow]
WRONG = "hl_" + "x" * 43


def described() -> Iterator[tuple[str, str]]:
    """Method and path of every route, as OpenAPI tells them."""
    for path, item in routes.description()["paths"].items():
        for method in item:
            yield method.upper(), re.sub(r"{\w+}", "1001", path)


def needed() -> dict[tuple[str, str], Right | None]:
    """What each route asks for, read from the routes themselves."""
    found: dict[tuple[str, str], Right | None] = {}
    for part in (routes.calls, routes.hands, routes.recordings, routes.people):
        for route in part.router.routes:
            asked = [each.call.right for each in route.dependant.dependencies if isinstance(each.call, Needs)]  # type: ignore[attr-defined]
            (right,) = asked
            path = f"/api/v1{route.path}"  # type: ignore[attr-defined]
            found |= {(method, re.sub(r"{\w+}", "1001", path)): right for method in route.methods}  # type: ignore[attr-defined]
    return found


def test_every_route_asks_for_a_right_and_reading_for_the_right_to_read() -> None:
    assert needed().keys() == set(described())
    assert len(needed()) == 19
    assert all((right == "read") == (method == "GET") for (method, _), right in needed().items())


@pytest.mark.parametrize("header", [{}, bearer(WRONG), {"Authorization": "Basic cm9vdDpyb290"}, bearer("")])
def test_without_a_right_key_nothing_is_told_of_any_route(embedded: Program, header: dict[str, str]) -> None:
    paths = [*described(), ("GET", "/api/v1/openapi.json"), ("GET", "/api"), ("GET", "/api/v1/nothing")]
    paths += [("OPTIONS", "/api/v1/calls"), ("HEAD", "/api/v1/calls"), ("DELETE", "/api/v1/calls/1001")]
    for number, (method, path) in enumerate(paths):
        answer = ask(embedded.web, method, path, peer=f"192.0.2.{number}", headers=header)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer"), path
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_key_without_the_right_is_refused_on_every_route(embedded: Program) -> None:
    having = {
        right: embedded.key(f"all_but_{right}", *(one for one in RIGHTS if one != right)) for right in RIGHTS
    }
    for (method, path), right in needed().items():
        assert right is not None
        answer = embedded.asks(method, path, having[right])
        assert answer.status_code == 403, (method, path)
        assert right in answer.json()["error"]


def test_a_revoked_key_opens_nothing_any_more(program: Program) -> None:
    key = program.key("crm", "read")
    assert program.asks("GET", "/api/v1/calls", key).status_code == 200
    with program.app.sessions().begin() as session:
        keys.revoke(session, "crm", gate.Actor("wang", ""), dt.datetime.now(dt.UTC))
    assert program.asks("GET", "/api/v1/calls", key).status_code == 401


def test_who_guesses_keys_waits_and_a_right_key_from_there_does_not(embedded: Program) -> None:
    key = embedded.key("crm", "read")
    told = [ask(embedded.web, "GET", "/api/v1/calls", headers=bearer(WRONG)) for _ in range(gate.GUESSES + 1)]
    assert [answer.status_code for answer in told] == [401] * gate.GUESSES + [429]
    assert told[-1].headers["Retry-After"] == "60"
    assert ask(embedded.web, "GET", "/api/v1/calls", "192.0.2.9", headers=bearer(WRONG)).status_code == 401
    assert embedded.asks("GET", "/api/v1/calls", key).status_code == 200


def test_a_key_that_asks_too_often_waits_and_others_do_not(embedded: Program) -> None:
    busy, calm = embedded.key("busy", "read"), embedded.key("calm", "read")
    told = embedded.ask_at_once(busy, [("GET", "/api/v1/nothing")] * (gate.REQUESTS + 1))
    assert sorted(answer.status_code for answer in told) == [404] * gate.REQUESTS + [429]
    answer = embedded.asks("GET", "/api/v1/calls", busy)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")
    assert embedded.asks("GET", "/api/v1/calls", calm).status_code == 200


def test_a_body_that_is_too_long_is_not_taken(embedded: Program) -> None:
    key = embedded.key("crm", "calls")
    answer = embedded.asks("POST", "/api/v1/calls/a/transfer", key, content=b" " * (gate.LONGEST_BODY + 1))
    assert (answer.status_code, list(answer.json())) == (413, ["error"])


def test_without_the_database_nobody_gets_in_and_it_is_said_why(embedded: Program, tmp_path: Path) -> None:
    key = embedded.key("crm", "read")
    embedded.close()
    shutil.move(tmp_path / "hotline.db", tmp_path / "gone.db")
    (tmp_path / "hotline.db").mkdir()
    answer = embedded.asks("GET", "/api/v1/calls", key)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.json() == {"error": "the database does not answer: try again"}


def test_when_it_was_used_is_kept(program: Program) -> None:
    key = program.key("crm", "read")
    program.asks("GET", "/api/v1/calls", key)
    with program.app.sessions(read_only=True)() as session:
        (row,) = keys.every(session)
    assert row.last_used_at is not None
