"""Which script answers which URL: ``agi://host:port/ivr`` is ``agi/scripts/ivr.py:ivr``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agi.call import Call
from agi.scripts.conference import conference
from agi.scripts.inside import inside
from agi.scripts.ivr import ivr
from agi.scripts.ping import ping
from agi.scripts.pushed_survey import pushed_survey
from agi.services import Services

Script = Callable[[Call], None]
"""A plain function that says what to do with one call, top to bottom."""

Routes = Mapping[str, Script]

ROUTES: dict[str, Callable[[Call, Services], None]] = {
    "ivr": ivr,
    "conference": conference,
    "inside": inside,
    "ping": ping,
    "pushed_survey": pushed_survey,
}


def routes(services: Services) -> dict[str, Script]:
    """The table with its services bound, as the server wants it."""
    return {name: _bound(script, services) for name, script in ROUTES.items()}


def _bound(script: Callable[[Call, Services], None], services: Services) -> Script:
    return lambda call: script(call, services)
