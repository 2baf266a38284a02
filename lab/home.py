"""Where the lab of a project keeps its things."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.account import Account, unprivileged


def lab_home(project: Path, account: Account | None = None) -> Path:
    """``<project>/.hotline``; below /var/lib/hotline when the servers' account may not enter the project.

    A clone below /root is the usual case: root runs the lab, its servers run as nobody.
    """
    account = account or unprivileged()
    project = project.resolve()
    if account.can_enter(project):
        return project / ".hotline"
    return Path("/var/lib/hotline") / hashlib.sha256(str(project).encode()).hexdigest()[:8]


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A short-lived folder with a short name that the servers' account may pass through, but not list."""
    with tempfile.TemporaryDirectory(prefix="hl-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)
