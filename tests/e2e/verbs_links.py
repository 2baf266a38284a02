"""What callers do with the link they were sent, in a real browser; by plain HTTP where none is installed.

``pages: shown``                   survey pages are served from here to the case's end
``texted: {NAME: words}``          wait until the caller was sent a message that begins so, with a link
``link_shows: {NAME: words}``      the page behind the caller's link says this
``answers_by_link: {NAME: [...]}`` the caller chooses these by what is written there, and sends them
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from tests.e2e.house import House
from tests.e2e.until import until

SENT_SECONDS = 90.0
"""A call's answers are looked at half a minute after its end, and only then a link is sent."""
PHONE = {"width": 390, "height": 800}


class LinkVerbs:
    """Mixed into ``tests.e2e.runner.Stage``."""

    _house: House
    number: dict[str, str]

    def do_pages(self, _: str) -> None:
        self._house.serve_web()
        self._links: dict[str, str] = {}

    def do_texted(self, wanted: dict[str, str]) -> None:
        for name, words in wanted.items():

            def messages(name: str = name) -> list[str]:
                told = [one.fields for one in self._house.messages]
                return [one["text"] for one in told if one["number"] == self.number[name]]

            [text] = until(messages, SENT_SECONDS, f"a message to {name}")
            assert text.startswith(words), text
            self._links[name] = text.removeprefix(words)
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/s/[A-Za-z0-9_-]{22}", self._links[name]), text

    def do_link_shows(self, wanted: dict[str, str]) -> None:
        for name, words in wanted.items():
            text = self._browse(name, lambda page: page.inner_text("main"))
            assert words in (text or httpx.get(self._links[name]).text)

    def do_answers_by_link(self, wanted: dict[str, list[str]]) -> None:
        for name, labels in wanted.items():
            if self._browse(name, lambda page: _choose(page, labels)) is None:  # noqa: B023
                _post(self._links[name], labels)

    def _browse(self, name: str, do: Callable[[Page], str]) -> str | None:
        """What comes of it on the caller's page; None where no browser is installed."""
        program = shutil.which("chromium")
        if program is None:
            return None
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = browser.new_page(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
            page.goto(self._links[name])
            found = do(page)
            browser.close()
        return found


def _choose(page: Page, labels: Sequence[str]) -> str:
    for label in labels:
        page.get_by_role("radio", name=label, exact=True).check()
    page.get_by_role("button").click()
    return page.inner_text("main")


def _post(link: str, labels: Sequence[str]) -> None:
    """The fields that stand beside these labels in the form."""
    radios: list[tuple[str, str, str]] = re.findall(
        r'type="radio" name="(\w+)" value="(\w+)".*?<span>(.*?)</span>', httpx.get(link).text, re.DOTALL
    )
    fields: dict[str, Any] = {name: value for name, value, label in radios if label in labels}
    assert len(fields) == len(labels)
    assert httpx.post(link, data=fields).status_code == 200
