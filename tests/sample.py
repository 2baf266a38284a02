"""The sample site, read once in a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from callcenter.site import Site
from callcenter.site_file.document import load

SAMPLE = Path(__file__).parents[1] / "samples/telecom_zh_en.yaml"


@cache
def sample_site() -> Site:
    """The site in the file."""
    return load(SAMPLE)
