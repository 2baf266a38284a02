"""Golden files: what was rendered against ``tests/golden``; ``HOTLINE_GOLDEN=write`` writes them anew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

GOLDEN = Path(__file__).parent.parent / "golden"


def expect(name: str, files: Mapping[str, str]) -> None:
    """``files`` (relative path → text) are exactly the ones kept below ``tests/golden/NAME``."""
    folder = GOLDEN / name
    if os.environ.get("HOTLINE_GOLDEN") == "write":
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    kept = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert sorted(files) == sorted(kept)
    for path, text in files.items():
        assert text == kept[path], path
