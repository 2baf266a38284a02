"""The published flows, as files beside the configuration they went live with.

One rename makes dialplan and flows live together. A call carries the number of the version it began
with and keeps it; no database is asked.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import structlog

from callcenter.prompt_index import PromptIndex
from callcenter.routing.number_plan import NumberPlan
from callcenter.site import Site
from callcenter.site_file.published import Published

log = structlog.get_logger()
KEPT = 8
"""Versions kept in memory: the live one and those of calls still up."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version: its flows, where its prompts are, and what its inside numbers are."""

    version: int
    published: Published
    prompts: PromptIndex
    numbers: NumberPlan


class Snapshots:
    """Reads versions below Asterisk's configuration folder ``etc``."""

    def __init__(self, etc: Path) -> None:
        self._link = etc / "hotline.d"
        self._folder = etc / "hotline.versions"
        self._kept: OrderedDict[int, Snapshot] = OrderedDict()
        self._broken: tuple[int, int] | None = None
        self._good: Snapshot | None = None

    def of(self, version: str) -> Snapshot:
        """The version a call began with; the live one for a new call, or when that one can't be read."""
        if version.isascii() and version.isdecimal():
            try:
                return self._get(int(version))
            except (OSError, ValueError) as error:
                log.warning("flows.version_gone", version=version, error=type(error).__name__)
        return self.live()

    def live(self) -> Snapshot:
        """The version that is live now; the one before, while that one can't be read.

        Raises OSError or ValueError when there is neither: the dialplan's static menu takes the caller.
        """
        try:
            self._good = self._get(int(self._link.readlink().name))
        except (OSError, ValueError):
            if self._good is None:
                raise
            log.exception("flows.unreadable", serving=self._good.version)
        return self._good

    def _get(self, version: int) -> Snapshot:
        known = self._kept.get(version)
        if known is None:
            known = self._kept[version] = self._read(version)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(version)
        return known

    def _read(self, version: int) -> Snapshot:
        """Raises OSError or ValueError; a broken file is not read again for each call, until it changes."""
        path = self._folder / str(version) / "site.json"
        seen = (version, path.stat().st_mtime_ns)
        if self._broken == seen:
            raise ValueError(f"{path} is broken")
        try:
            return _parse(version, path.read_text("utf-8"))
        except (ValueError, KeyError, TypeError) as error:
            self._broken = seen
            raise ValueError(f"{path} is broken") from error


def _parse(version: int, text: str) -> Snapshot:
    whole = json.loads(text)
    site = Site.model_validate(whole["site"])
    prompts, numbers = PromptIndex.from_json(whole["prompts"]), NumberPlan.from_json(whole.get("numbers", {}))
    return Snapshot(version, Published(site), prompts, numbers)
