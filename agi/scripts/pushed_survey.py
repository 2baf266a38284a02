"""agi://…/pushed_survey — the satisfaction question for a caller whom an agent has sent to it."""

from __future__ import annotations

from agi.call import Call
from agi.scripts.survey import survey
from agi.services import Services
from agi.speaking import Voice
from callcenter.channel_variables import DONE


def pushed_survey(call: Call, services: Services) -> None:
    """Ask, then let the dialplan end the call."""
    call_id, version, name, language = call.args
    snapshot = services.snapshots.of(version)
    asked = snapshot.published.surveys.get(name)
    if asked is not None:
        wanted = language or snapshot.published.site.languages[0]
        survey(Voice(call, snapshot.prompts, answered=True), asked, wanted, call_id, services)
    call.set_variables({DONE: "1"})
