"""``site.json``: the flows and prompts of a version, as the FastAGI workers read them."""

from __future__ import annotations

import json

from callcenter.prompt_index import PromptIndex
from callcenter.site import Site


def site_json(site: Site, prompts: PromptIndex) -> str:
    """One line of JSON; the same site and prompts always give the same text."""
    whole = {"site": site.model_dump(mode="json", by_alias=True), "prompts": prompts.to_json()}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True) + "\n"
