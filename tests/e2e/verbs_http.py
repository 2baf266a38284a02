"""What another program does over HTTP, at the real interface of the house.

``http: [METHOD /path, body, {…}]``  a request that must be done, and hold these values in its answer; of a list, the
                             first one must. Body and values may be left out; ``{NAME}`` is the id of that caller's call
``http_begun: [METHOD /path, body]``  a request that goes on while the case does
``http_done: METHOD /path``  wait until those that begin so have been done
``http_refused: [METHOD /path, body, status, words]``  a request that must fail so, with these words in its sentence
``http_clicks: {AGENT: number}``  click-to-dial, for the verb ``clicked_call``
``http_came_to: {AGENT: words}``  wait until the program is told that this became of it
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx

from tests.e2e import expect
from tests.e2e.house import House
from tests.e2e.until import until

PATIENCE_SECONDS = 40.0


class HttpVerbs:
    """A part of ``Stage``."""

    _house: House
    number: dict[str, str]
    clicked: dict[str, str]

    def take_up_http(self, stack: ExitStack) -> None:
        """Requests that go on have a thread each."""
        self._begun: list[tuple[str, Future[httpx.Response]]] = []
        self._threads = stack.enter_context(ThreadPoolExecutor())

    def do_http(self, told: list[Any]) -> None:
        what, body, wanted = [*told, None, None][:3]
        answer = _done(self._ask(what, body), what).json()
        first = answer[0] if isinstance(answer, list) else answer
        assert {name: first[name] for name in wanted or {}} == (wanted or {})

    def do_http_begun(self, told: list[Any]) -> None:
        what, body = [*told, None][:2]
        self._begun.append((what, self._threads.submit(self._ask, what, body)))

    def do_http_done(self, words: str) -> None:
        for what, answer in [one for one in self._begun if one[0].startswith(words)]:
            _done(answer.result(PATIENCE_SECONDS), what)
            self._begun.remove((what, answer))

    def do_http_refused(self, told: list[Any]) -> None:
        what, body, status, words = told
        answer = self._ask(what, body)
        assert answer.status_code == status, answer.text
        assert words in answer.json()["error"], answer.text

    def do_http_clicks(self, wanted: dict[str, str]) -> None:
        for agent, number in wanted.items():
            answer = self._ask("POST /calls", {"agent": agent, "number": number})
            assert answer.status_code == 202, answer.text
            self.clicked[agent] = answer.json()["call_id"]

    def do_http_came_to(self, wanted: dict[str, str]) -> None:
        for agent, words in wanted.items():
            path = f"GET /calls/{self.clicked[agent]}/dialled"
            until(
                lambda path=path, words=words: self._ask(path).json()["result"] == words,
                PATIENCE_SECONDS,
                f"what agent {agent} dialled is {words}",
            )

    def _ask(self, what: str, body: object = None) -> httpx.Response:
        method, path = what.split()
        for name, number in self.number.items():
            if f"{{{name}}}" in path:
                path = path.replace(f"{{{name}}}", expect.call_id(self._house, number))
        return self._house.asks(method, path, body)


def _done(answer: httpx.Response, what: str) -> httpx.Response:
    assert answer.is_success, f"{what}: {answer.status_code} {answer.text}"
    return answer
