"""Before a queue or a seat: is this call to be recorded, and does the caller have to be told or asked?"""

from __future__ import annotations

from agi.call import Call
from agi.database import DatabaseAway, in_database
from agi.services import Services
from agi.speaking import Voice
from callcenter.agents.seating import agent_at
from callcenter.channel_variables import CONSENT, RECORD, RECORD_DRAW
from callcenter.facts import RECORDING
from callcenter.flow.dialogue import Hear
from callcenter.recording_policy import (
    Answer,
    agents_may_differ,
    answer_of,
    consent_to_ask,
    decide,
    draw,
    terms,
)
from callcenter.site import Site
from callcenter.site.recording import Consent

NOT_RECORDED = {f"__{RECORD}": "0", f"__{RECORD_DRAW}": ""}
"""For an action without a queue."""
AGREE, REFUSE = "1", "2"


class RecordingRules:
    """The site's rules, for one caller on the line."""

    def __init__(
        self, call: Call, call_id: str, trunk: str, site: Site, voice: Voice, services: Services
    ) -> None:
        self._call = call
        self._call_id = call_id
        self._trunk = trunk
        self._site = site
        self._voice = voice
        self._services = services

    def before_seat(self, seat: str, language: str) -> dict[str, str]:
        """The same before a seat is rung: for who sits there, if anybody does or that can't be found out."""
        try:
            agent = in_database(
                self._call, self._services, lambda session: agent_at(session, seat) or "", writes=False
            )
        except DatabaseAway:
            return self.before(None, language)
        return self.before(None, language, agent) if agent else NOT_RECORDED

    def before(self, queue: str | None, language: str, agent: str | None = None) -> dict[str, str]:
        """Tell or ask the caller if need be, keep the decision, give what the dialplan needs of it."""
        found = terms(self._site, self._trunk, queue, agent)
        consent = consent_to_ask(self._site, self._trunk, queue, self._call_id)
        answer = None if consent is None else self._answer(consent, language)
        decision = decide(found, self._call_id, answer)
        self._services.facts.put(
            RECORDING,
            self._call_id,
            {
                "at": self._services.clock(),
                "queue": queue,
                "record": decision.record,
                "reason": decision.reason,
                "consent": answer,
            },
        )
        differ = agents_may_differ(consent, answer)
        said = {} if answer is None else {CONSENT: answer}
        return said | {
            f"__{RECORD}": str(int(decision.record)),
            f"__{RECORD_DRAW}": str(draw(self._call_id)) if differ else "",
        }

    def _answer(self, consent: Consent, language: str) -> Answer:
        """What the caller says, or has said before another queue of this call."""
        before = answer_of(str(self._call.get_variable(CONSENT)))
        if before is not None and (before != "told" or consent.answer == "none"):
            return before
        if consent.answer == "none":
            self._voice.play((consent.prompt,), language)
            return "told"
        keys = AGREE + REFUSE
        key = self._voice.hear(Hear((consent.prompt,), language, keys, True, consent.seconds))
        return "agreed" if key == AGREE else "refused" if key == REFUSE else "silent"
