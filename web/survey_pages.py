"""The page behind a link: ``GET /s/TOKEN`` asks, ``POST /s/TOKEN`` keeps the answer. No cookies, no script.

The token is the right to answer, once. A link nobody was given and one that has expired look the same, and cost the
same: one look-up that finds nothing. Who tries many is not looked up any more.
"""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from sqlalchemy.exc import SQLAlchemyError

from callcenter.ports import App
from callcenter.site import Site
from callcenter.site.service import Survey
from callcenter.survey.by_link import find, keep
from callcenter.tries import Tries
from schema.refusal import first_line
from schema.surveys import Invitation
from web.peer import peer_of
from web.survey_form import form_of, read
from web.survey_view import Filled, Page, short, style

log = structlog.get_logger()
GUESSES, GUESS_SECONDS = 20, 600.0
"""Unknown links from one address; who tries more has to wait."""
MOST_BYTES = 16_384
"""Of an answer: 500 characters of any script, percent-encoded, are 6,000."""
MOST_FIELDS = 100
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


def router(app: App) -> APIRouter:
    """The routes of survey pages."""
    pages = SurveyPages(app)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/s/{token}", pages.show, methods=["GET"], response_class=HTMLResponse)
    routes.add_api_route("/s/{token}", pages.take, methods=["POST"], response_class=HTMLResponse)
    routes.add_api_route("/assets/survey.css", style, methods=["GET"])
    return routes


class SurveyPages:
    """The pages of one process, which counts who tries links that are none."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._unknown = Tries(GUESSES, GUESS_SECONDS)

    def show(self, token: str, request: Request) -> Response:
        """The form; thanks, when it was filled in already."""
        return self._answer(request, token, None)

    async def take(self, token: str, request: Request) -> Response:
        """Keep what was filled in, and say thanks; the form once more when there is no score in it."""
        filled = await _filled(request)
        if filled is None:
            return Response(status_code=413)
        return await run_in_threadpool(self._answer, request, token, filled)

    def _answer(self, request: Request, token: str, filled: Filled | None) -> Response:
        peer, now = peer_of(request), time.monotonic()
        if self._unknown.too_many(peer, now):
            return short("braked", 429)
        try:
            found = self._look(token, request.query_params.get("lang"))
            if found is None:
                self._unknown.add(peer, now)
                return short("gone", 404)
            return self._taken(*found, filled) if filled is not None else found[2].begin(found[0])
        except SQLAlchemyError as error:
            log.warning("web.database_away", error=first_line(error))
            return short("away", 503)

    def _look(self, token: str, wanted: str | None) -> tuple[Invitation, Survey, Page] | None:
        """Whose link it is, and what its page asks; reading only, so that a stranger holds nobody up."""
        known = TOKEN.fullmatch(token) is not None
        with self._app.sessions(read_only=True)() as session:
            invitation = find(session, token if known else "", self._app.clock())
        site = self._app.site()
        survey = next((one for one in site.surveys if invitation and one.name == invitation.survey), None)
        if invitation is None or survey is None:
            return None
        language = _language(site, invitation, wanted)
        return invitation, survey, Page(site, language, form_of(site, survey, language))

    def _taken(self, invitation: Invitation, survey: Survey, page: Page, filled: Filled) -> Response:
        given = read(survey, filled)
        if invitation.state == "answered" or given is None:
            return page.begin(invitation, filled)
        with self._app.sessions().begin() as session:
            kept = keep(session, invitation, survey, given, self._app.clock())
        if not kept:
            return page.end("used")
        log.info("survey.answered_by_link", call=invitation.call_id, score=given.score)
        return page.end("kept")


def _language(site: Site, invitation: Invitation, wanted: str | None) -> str:
    known = (one for one in (wanted, invitation.language) if one in site.languages)
    return next(known, None) or site.languages[0]


async def _filled(request: Request) -> dict[str, str] | None:
    """The fields, the first of each name; None when that is more than a form has."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return None
    try:
        fields = parse_qsl(body.decode("utf-8"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return dict(reversed(fields))
