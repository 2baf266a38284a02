"""The published flows, as files beside the configuration they went live with.

One rename makes dialplan and flows live together. A call carries the number of the version it began
with and keeps it; no database is asked.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from callcenter.prompt_index import PromptIndex
from callcenter.published import Published
from callcenter.site import Site

KEPT = 8
"""Versions kept in memory: the live one and those of calls still up."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version: its flows and where its prompts are."""

    version: int
    published: Published
    prompts: PromptIndex


class Snapshots:
    """Reads versions below Asterisk's configuration folder ``etc``."""

    def __init__(self, etc: Path) -> None:
        self._link = etc / "hotline.d"
        self._folder = etc / "hotline.versions"
        self._kept: OrderedDict[int, Snapshot] = OrderedDict()

    def of(self, version: str) -> Snapshot:
        """The version a call began with; the live one for a new call, or when that one is gone."""
        if version.isdigit():
            try:
                return self._get(int(version))
            except FileNotFoundError:
                return self.live()
        return self.live()

    def live(self) -> Snapshot:
        """The version that is live now. Raises FileNotFoundError before the first apply."""
        return self._get(int(self._link.readlink().name))

    def _get(self, version: int) -> Snapshot:
        known = self._kept.get(version)
        if known is None:
            known = self._kept[version] = _read(version, self._folder / str(version) / "site.json")
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(version)
        return known


def _read(version: int, path: Path) -> Snapshot:
    whole = json.loads(path.read_text("utf-8"))
    site = Site.model_validate(whole["site"])
    return Snapshot(version, Published(site), PromptIndex.from_json(whole["prompts"]))
