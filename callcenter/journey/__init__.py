"""The journey of a call: a pure function from a set of events to the rows of one call.

``book.py`` finds an event's call, ``journey.py`` makes its record of: ``sift.py`` (of one thing seen twice the
ledger's word), ``legs.py`` (channels), ``talk.py`` (who heard the caller), ``stays.py`` and ``visits.py``
(queues), ``score.py`` (the satisfaction question).
"""

from callcenter.journey.book import JourneyBook
from callcenter.journey.journey import Journey
from callcenter.journey.legs import Endpoints
from callcenter.journey.records import CallRecord, LegRecord, ScoreRecord, Span, VisitRecord
from callcenter.journey.score import scores

__all__ = [
    "CallRecord",
    "Endpoints",
    "Journey",
    "JourneyBook",
    "LegRecord",
    "ScoreRecord",
    "Span",
    "VisitRecord",
    "scores",
]
