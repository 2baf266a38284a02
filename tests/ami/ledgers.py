"""Ledgers on disk made of the captured calls, as often as wanted and each time under other names."""

from __future__ import annotations

import re
from pathlib import Path

from callcenter.ledger_format import CEL_FILE
from tests.callcenter.captured_calls import FOLDER

_UNIQUEID = re.compile(rb"\b(pbx\d+)-(\d{10}\.\d+)\b")
_BRIDGE = re.compile(rb"\b[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-)")


def copy_of(case: str, number: int, name: str) -> bytes:
    """A captured file with its channels and bridges told apart from other copies by ``number``; 0 is as captured."""
    text = (FOLDER / case / name).read_bytes()
    if not number:
        return text
    return _BRIDGE.sub(rb"%08x\1" % number, _UNIQUEID.sub(rb"\1x%d-\2" % number, text))


class Ledgers:
    """The log folder of an Asterisk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cel = folder / "cel-custom" / CEL_FILE
        self.queue_log = folder / "queue_log"
        self.cel.parent.mkdir(parents=True)

    def write(self, case: str, number: int = 0) -> None:
        """Append a whole captured case."""
        for path, name in ((self.cel, "cel.csv"), (self.queue_log, "queue_log")):
            with path.open("ab") as file:
                file.write(copy_of(case, number, name))
