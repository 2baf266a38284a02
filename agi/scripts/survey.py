"""The satisfaction question: 1 very satisfied to 4 dissatisfied, asked after the agent has hung up.

A 3 or 4 is asked why, and further questions may follow; the score is told before either, so that a
caller who leaves then has still scored.
"""

from __future__ import annotations

import re
from typing import Any

import structlog

from agi.outcomes import CommandFailed, HungUp
from agi.services import Services
from agi.speaking import Voice
from callcenter.calls.follow_ups import bad_score_key
from callcenter.facts import NOTICE, REPLY, SURVEY
from callcenter.flow.dialogue import Hear
from callcenter.site.service import Survey
from callcenter.site.surveys import Why
from callcenter.survey.scores import BAD

log = structlog.get_logger()
SCORES = "1234"
WHY = "why"
"""The name under which the answer to a survey's ``why`` is kept."""
_FILE_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


def survey(voice: Voice, asked: Survey, language: str, call_id: str, services: Services) -> None:
    """Ask, ask again on a wrong key, thank. Every end is told: scored, no_answer, wrong_key, caller_hung_up."""
    sheet = _Sheet(voice, asked, language, call_id, services)
    score = sheet.score()
    if score is None:
        return
    if score >= BAD and asked.why:
        sheet.why(asked.why)
    for question in asked.questions:
        sheet.reply(question.name, question.question, question.keys)
    voice.play((asked.thanks,), language)


class _Sheet:
    """One caller's answers, each told as it is given."""

    def __init__(self, voice: Voice, asked: Survey, language: str, call_id: str, services: Services) -> None:
        self._voice = voice
        self._asked = asked
        self._language = language
        self._call_id = call_id
        self._services = services
        self._keys = ""
        self._fact: dict[str, Any] = {
            "survey": asked.name,
            "at": services.clock(),
            "score": None,
            "keys": None,
        }

    def score(self) -> int | None:
        """The main question; None unless it was answered."""
        self._tell("asked")
        try:
            score = self._ask(self._asked.question, SCORES)
        except HungUp:
            self._tell("caller_hung_up")
            raise
        if score is None:
            self._tell("wrong_key" if self._keys else "no_answer")
            return None
        self._tell("scored", int(score))
        if int(score) >= BAD:
            self._alert(int(score))
        return int(score)

    def why(self, why: Why) -> None:
        """A reason by its key, or in the caller's own words."""
        if why.reasons:
            self.reply(WHY, why.question, "".join(why.reasons), why.reasons)
        elif self._services.spool and _FILE_NAME.fullmatch(self._call_id):
            self._record(why)

    def reply(self, name: str, prompt: str, valid: str, meaning: dict[str, str] | None = None) -> None:
        """One more question; no answer is told as none."""
        key = self._ask(prompt, valid)
        if key is not None:
            self._keep(name, answer=(meaning or {}).get(key, key))

    def _record(self, why: Why) -> None:
        at = self._fact["at"]
        path = f"survey/{at:%Y-%m}/{self._call_id}-{at:%H%M%S}.wav"
        self._voice.play((why.question,), self._language)
        try:
            self._voice.record(f"{self._services.spool}/{path}", why.message_seconds)
        except CommandFailed:
            log.warning("survey.not_recorded", call=self._call_id, path=path)
            return
        except HungUp:
            self._keep(WHY, message=path)
            raise
        self._keep(WHY, message=path)

    def _ask(self, prompt: str, valid: str) -> str | None:
        """A valid key, or None after all attempts. What was pressed is added to the keys."""
        wrong = False
        for _ in range(self._asked.attempts):
            prompts = (self._asked.wrong_key, prompt) if wrong else (prompt,)
            key = self._voice.hear(Hear(prompts, self._language, valid, True, self._asked.answer_seconds))
            self._keys += key or ""
            if key and key in valid:
                return key
            wrong = wrong or bool(key)
        return None

    def _tell(self, outcome: str, score: int | None = None) -> None:
        known = {"outcome": outcome, "score": score, "keys": self._keys or None}
        self._services.facts.put(SURVEY, self._call_id, {**self._fact, **known})

    def _keep(self, question: str, answer: str | None = None, message: str | None = None) -> None:
        reply = {"survey": self._asked.name, "at": self._fact["at"], "question": question}
        self._services.facts.put(REPLY, self._call_id, {**reply, "answer": answer, "message": message})

    def _alert(self, score: int) -> None:
        log.warning("survey.bad_score", call=self._call_id, survey=self._asked.name, score=score)
        if self._asked.alert:
            key = bad_score_key(self._call_id, self._fact["at"])
            notice = {"kind": "bad_score", "key": key, "address": self._asked.alert}
            self._services.facts.put(NOTICE, self._call_id, {**notice, "due_at": self._services.clock()})
