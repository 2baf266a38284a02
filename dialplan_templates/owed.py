"""The note of a change that is under way: written before the swap, taken away when all of it is done.

What a killed apply leaves of it tells the next one what is still owed: stubs, a reload, a look at it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from callcenter.durable import sync
from dialplan_templates import readback
from dialplan_templates.durable import put
from dialplan_templates.versions import Files, Versions

NOTE = "pending.json"


@dataclass(frozen=True, slots=True)
class Change:
    """From one version to another, and what Asterisk has to be told for it."""

    number: int
    former: int | None
    modules: list[str]
    """Folders of ``readback.MODULES``, in the order of reload."""
    objects: list[str]
    """SIP objects that differ: they are read back one by one."""


def change(versions: Versions, former: int | None, number: int) -> Change:
    """What leads from the former version, as Asterisk may have read it, to another."""
    before, after = versions.files(former), versions.files(number)
    differing = touched(before, after)
    objects = readback.changed_sections(before, after, "pjsip")
    modules = readback.modules_of({*differing, *versions.edited(former)})
    return Change(number, former, modules, sorted(objects))


class Note:
    """The note beside the version folders."""

    def __init__(self, versions: Versions) -> None:
        self._path = versions.folder / NOTE

    def write(self, change: Change) -> None:
        """From now until ``clear`` the change is under way."""
        put(self._path, json.dumps(asdict(change)))

    def read(self) -> Change | None:
        """The change that was never finished, None when there is none."""
        try:
            return Change(**json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            return None

    def clear(self) -> None:
        """The change is done."""
        self._path.unlink(missing_ok=True)
        sync(self._path.parent)


def touched(before: Files, after: Files) -> set[str]:
    """Paths whose text differs, is gone or is new."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
