"""How the pages behind links look: their templates filled, and their style sheet."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from fastapi import Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from callcenter.site import Site
from schema.surveys import Invitation
from web.page_words import NAMES, WORDS, own, tag
from web.survey_form import Form

STYLE_SECONDS = 3600
PAGES = Environment(
    loader=PackageLoader("web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
Filled = Mapping[str, str]


def style() -> Response:
    """The pages' one style sheet."""
    text = files("web").joinpath("assets/survey.css").read_text("utf-8")
    return Response(
        text, media_type="text/css", headers={"Cache-Control": f"public, max-age={STYLE_SECONDS}"}
    )


class Page:
    """A survey's page in one language."""

    def __init__(self, site: Site, language: str, form: Form) -> None:
        self._form = form
        self._known: dict[str, Any] = {
            "title": site.title,
            "tag": tag(language),
            "words": WORDS[own(language)],
            "languages": [(name, tag(name), NAMES.get(name, name)) for name in site.languages],
            "language": language,
        }

    def begin(self, invitation: Invitation, filled: Filled | None = None) -> Response:
        """The form, once more when it was ``filled`` without a score; nothing of it when it was answered."""
        if invitation.state == "answered":
            return self.end("used")
        wrong = filled is not None
        shown = PAGES.get_template("survey.html.j2").render(
            **self._known, form=self._form, filled=filled or {}, wrong=wrong
        )
        return HTMLResponse(shown, 422 if wrong else 200)

    def end(self, word: str) -> Response:
        """Thanks, and a line: kept or used."""
        shown = PAGES.get_template("survey_end.html.j2").render(
            **self._known, thanks=self._form.thanks, word=word
        )
        return HTMLResponse(shown)


def short(word: str, status: int) -> Response:
    """For who is not known, in both languages."""
    shown = PAGES.get_template("survey_short.html.j2").render(
        lines=[(tag(language), WORDS[language][word]) for language in ("zh", "en")]
    )
    headers = {"Retry-After": "60"} if status in (429, 503) else {}
    return HTMLResponse(shown, status, headers)
