"""All prompts of the sample site, made from nothing and found made: ``python -m bench.prompts``. Prints JSON."""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path

from callcenter.site_file import document as site_file
from prompts.build import build
from prompts.engine import EspeakEngine

SAMPLE = Path(__file__).parents[1] / "samples/telecom_zh_en.yaml"


def main() -> None:
    """Build twice and print."""
    site = site_file.load(SAMPLE)
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        for word in ("cold", "warm"):
            began = time.monotonic()
            built = build(
                site, Path(name) / "prompts", EspeakEngine(), beside=SAMPLE.parent, jobs=os.cpu_count() or 1
            )
            found[f"{word}_seconds"] = round(time.monotonic() - began, 2)
            found[f"{word}_made"] = built.made
    print(json.dumps(found | {"cached": built.cached}, indent=2))


if __name__ == "__main__":
    main()
