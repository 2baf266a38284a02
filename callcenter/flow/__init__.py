"""The flow engine: the pure walk of a call through the steps of its flows.

Start at ``walk.py``. ``kinds.py`` lists the step kinds, ``dialogue.py`` what is asked and answered,
``place.py`` how a call's place travels, ``result.py`` what is kept.
"""

from callcenter.flow.dialogue import (
    Act,
    AgentIs,
    AgentState,
    Answer,
    Collect,
    Collected,
    Failed,
    Found,
    Hear,
    HungUp,
    Lookup,
    NotFound,
    Outcome,
    Pressed,
    Request,
    Served,
    WhoServed,
)
from callcenter.flow.place import Place
from callcenter.flow.result import Fact
from callcenter.flow.walk import Walk

__all__ = [
    "Act",
    "AgentIs",
    "AgentState",
    "Answer",
    "Collect",
    "Collected",
    "Fact",
    "Failed",
    "Found",
    "Hear",
    "HungUp",
    "Lookup",
    "NotFound",
    "Outcome",
    "Place",
    "Pressed",
    "Request",
    "Served",
    "Walk",
    "WhoServed",
]
