"""A case folder's ``case.yaml``, read and checked: who is there, what happens, what must be seen.

The folder's name is the sentence that the case proves.

``req``      ids of requirements
``uses``     queues it needs for itself; cases that share none, and no inside seat, are played at the same time
``alone``    true: it breaks or changes something that every call depends on
``agents``   number: fields of ``lab.scenario.Agent``
``phones``   number: ``tone_hz`` of an agent's softphone, for what SIPp can't do (``tests/e2e/verbs_hands.py``)
``callers``  name: ``from`` (e1 or analog) and fields of ``lab.scenario.Caller``
``happens``  in order, each an action or a wait: see ``tests/e2e/runner.py``
``seen``     caller: what must be found afterwards: see ``tests/e2e/expect.py``
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent
INSIDE_SEAT = re.compile(r"\b70[0-5][0-9]\b")
"""The number of a seat of ``tests/e2e/site_inside.py``."""


@dataclass(frozen=True)
class Case:
    """One behaviour."""

    name: str
    req: list[str]
    callers: dict[str, dict[str, Any]]
    happens: list[dict[str, Any]]
    seen: dict[str, dict[str, Any]]
    agents: dict[str, dict[str, Any]] = field(default_factory=dict)
    phones: dict[str, dict[str, Any]] = field(default_factory=dict)
    uses: list[str] = field(default_factory=list)
    alone: bool = False

    @property
    def sentence(self) -> str:
        """The behaviour, as its folder is named."""
        return self.name.replace("_", " ")


def cases() -> list[Case]:
    """Every case there is, by name."""
    return [_read(file) for file in sorted(FOLDER.glob("*/case.yaml"))]


def _read(file: Path) -> Case:
    text = file.read_text("utf-8")
    case = Case(name=file.parent.name, **YAML(typ="safe").load(text))
    return replace(case, uses=sorted({*case.uses, *INSIDE_SEAT.findall(text)}))
