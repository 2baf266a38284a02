"""The satisfaction question: 1 very satisfied to 4 dissatisfied, asked after the agent has hung up."""

from __future__ import annotations

from agi.outcomes import HungUp
from agi.services import Services
from agi.speaking import Voice
from callcenter.facts import SURVEY
from callcenter.flow.dialogue import Hear
from callcenter.site.service import Survey

SCORES = "1234"


def survey(voice: Voice, asked: Survey, language: str, call_id: str, services: Services) -> None:
    """Ask, ask again on a wrong key, thank. Every end is told: scored, no_answer, wrong_key, caller_hung_up."""
    fact = {"survey": asked.name, "at": services.clock(), "score": None, "keys": None}
    services.facts.put(SURVEY, call_id, {**fact, "outcome": "asked"})
    keys = ""
    try:
        for attempt in range(asked.attempts):
            prompts = (asked.wrong_key, asked.question) if keys and attempt else (asked.question,)
            key = voice.hear(Hear(prompts, language, SCORES, True, asked.answer_seconds))
            keys += key or ""
            if key and key in SCORES:
                services.facts.put(
                    SURVEY, call_id, {**fact, "outcome": "scored", "score": int(key), "keys": keys}
                )
                voice.play((asked.thanks,), language)
                return
    except HungUp:
        if not (keys and keys[-1] in SCORES):
            services.facts.put(SURVEY, call_id, {**fact, "outcome": "caller_hung_up", "keys": keys or None})
        raise
    services.facts.put(
        SURVEY, call_id, {**fact, "outcome": "wrong_key" if keys else "no_answer", "keys": keys or None}
    )
