"""``python -m lab.pri``: have the boards' virtual machine ready, and say what is in it."""

from __future__ import annotations

import sys

from callcenter.errors import HotlineError
from lab.pri.image import ensure
from lab.pri.saved import ensure_saved


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    """Build what is missing."""
    try:
        found = ensure(_say)
        saved = ensure_saved(found, _say)
    except HotlineError as error:
        sys.exit(f"boards: {error}")
    print("\n".join([f"{found.folder}:", *found.versions, saved.name]))


main()
