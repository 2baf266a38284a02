"""What Asterisk's log says of configuration files while they are reloaded.

A queue's timeout or a class of music can't be read back; a file that was not taken is told of here.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

READERS = ("config.c", "config_options.c", "sorcery.c", "res_sorcery_config.c", "pbx_config.c")
"""Those parts of Asterisk that write only of configuration, never of a call."""
SETTLE_SECONDS = 0.1
"""The log is written by a thread of its own, some milliseconds behind."""
_COMPLAINT = re.compile(rf"(?:WARNING|ERROR)\[\d+\][^ ]* ({'|'.join(map(re.escape, READERS))}): (.*)")


class LiveLog:
    """The end of Asterisk's ``messages``, from the moment this is made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._from = path.stat().st_size if path.is_file() else 0

    def complaints(self, settle: float = SETTLE_SECONDS) -> list[str]:
        """Warnings and errors about configuration files since the beginning, each once, after ``settle`` seconds."""
        if not self._path.is_file():
            return []
        time.sleep(settle)
        with self._path.open("rb") as file:
            file.seek(self._from if self._path.stat().st_size >= self._from else 0)
            text = file.read().decode(errors="replace")
        return list(dict.fromkeys(f"{source}: {words}" for source, words in _COMPLAINT.findall(text)))
