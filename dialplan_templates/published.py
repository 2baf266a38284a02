"""``site.json``: the flows and prompts of a version, as the FastAGI workers read them."""

from __future__ import annotations

import json

from callcenter.prompt_index import PromptIndex
from callcenter.site import Site


def site_json(site: Site, prompts: PromptIndex) -> str:
    """One line of JSON; the same site and prompts always give the same text."""
    whole = {"site": _of_calls(site).model_dump(mode="json", by_alias=True), "prompts": prompts.to_json()}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True) + "\n"


def _of_calls(site: Site) -> Site:
    """The site as flows need it: ten thousand seats would keep all calls of a worker waiting while they are read."""
    queues = [queue.model_copy(update={"members": []}) for queue in site.queues]
    return site.model_copy(update={"seats": [], "agents": [], "boards": [], "music": [], "queues": queues})
