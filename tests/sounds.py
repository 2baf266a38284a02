"""What espeak has spoken once for all test sessions: six hundred phrases are twelve seconds of a processor's time.

Kept in ``.pytest_cache`` by the code that shapes a sound; ``tests/prompts`` and ``tests/lab/test_up.py`` speak anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from functools import cache
from pathlib import Path

from prompts.build import build
from prompts.engine import EspeakEngine
from tests.sample import SAMPLE, sample_site

ROOT = Path(__file__).parents[1]
FOLDERS = ("zh", "en", "system", "music")


def give_sounds(prompts: Path) -> None:
    """Put the sample site's sounds, and with them all words of values, into a home's folder of prompts."""
    for name in FOLDERS:
        if not (prompts / name).exists():
            shutil.copytree(_spoken() / name, prompts / name)


@cache
def _spoken() -> Path:
    folder = ROOT / ".pytest_cache/sounds" / _shaped_by()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        build(sample_site(), folder, EspeakEngine(), beside=SAMPLE.parent, jobs=os.cpu_count() or 1)
    return folder


def _shaped_by() -> str:
    """A digest of the program that makes sounds."""
    code = b"".join(path.read_bytes() for path in sorted((ROOT / "prompts").glob("*.py")))
    return hashlib.sha256(code).hexdigest()[:16]
