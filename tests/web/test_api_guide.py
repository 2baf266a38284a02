"""The guide's pages have every route, and no other."""

from __future__ import annotations

import re

import pytest

from tests.guide_pages import blocks, text
from web.api import routes
from web.api.gate import GUESS_SECONDS, LONGEST_BODY, REQUEST_SECONDS, REQUESTS
from web.api.keys import RIGHTS
from web.api.words import Supervision

PAGES = ["docs/guide/api.md", "docs/guide/zh/api.md"]
pytestmark = pytest.mark.req("API-1")
LINE = re.compile(r'curl -H "\$KEY" (?P<body>--json \S.*?\' |-X POST )?"\$API(?P<path>/[^?"]*)')
NAMES = {"$CALL": "{call_id}", "$SUBJECT": "{subject}", "$AGENT": "{agent}"}


def told(page: str) -> set[tuple[str, str]]:
    """Method and path of every line."""
    found = set()
    for line in "".join(blocks(page, "sh")).splitlines():
        if asked := LINE.match(line):
            path = re.sub(r"\$[A-Z]+", lambda name: NAMES[name[0]], asked["path"])
            found.add(("POST" if asked["body"] else "GET", path))
    return found


def served() -> set[tuple[str, str]]:
    paths = routes.description()["paths"]
    return {(method.upper(), path.removeprefix("/api/v1")) for path, item in paths.items() for method in item}


@pytest.mark.parametrize("page", PAGES)
def test_every_route_is_on_the_page_and_each_line_is_a_route(page: str) -> None:
    assert told(page) == served() | {("GET", "/openapi.json")}
    whole = text(page)
    assert whole.count("curl -H") == len(
        blocks(page, "sh")[2].splitlines() + blocks(page, "sh")[3].splitlines()
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_right_error_and_deed_is_on_the_page(page: str) -> None:
    whole = text(page)
    deeds = Supervision.model_fields["deed"].annotation.__args__  # type: ignore[union-attr]
    assert all(f"`{word}`" in whole for word in (*RIGHTS, *deeds))
    assert all(f"| {status}" in whole for status in routes.MEANINGS)
    assert all(f"{figure:g}" in whole for figure in (REQUESTS, REQUEST_SECONDS, LONGEST_BODY / 1024))
    assert GUESS_SECONDS == 60
