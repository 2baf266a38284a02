"""``site.json``: the flows and prompts of a version, as the FastAGI workers read them."""

from __future__ import annotations

import json

from callcenter.agents.personal_queues import personal_queues
from callcenter.errors import SiteError
from callcenter.flow_review.check import all_problems
from callcenter.prompt_index import PromptIndex
from callcenter.routing.number_plan import NumberPlan
from callcenter.site import Site, check
from callcenter.site.problems import dotted


def refuse_unready(site: Site) -> None:
    """Raises SiteError, with every problem, for a site that would fail a caller: checked when it goes live too."""
    found = [*check.problems(site), *all_problems(site)]
    if wrong := [f"{dotted(problem.path)}: {problem.message}" for problem in found if not problem.warning]:
        raise SiteError(wrong)


def site_json(site: Site, prompts: PromptIndex) -> str:
    """One line of JSON; the same site and prompts always give the same text."""
    whole = {"site": _of_calls(site).model_dump(mode="json", by_alias=True), "prompts": prompts.to_json()}
    whole["numbers"] = NumberPlan.of(site).to_json()
    return json.dumps(whole, ensure_ascii=False, sort_keys=True) + "\n"


def _of_calls(site: Site) -> Site:
    """The site as calls need it, and its boards, which the listener watches.

    Ten thousand seats would keep all calls of a worker waiting while they are read.
    """
    queues = [
        queue if queue.last_agent else queue.model_copy(update={"members": []}) for queue in site.queues
    ]
    asked_for = {queue.agent for queue in personal_queues(site)}
    agents = [agent for agent in site.agents if agent.number in asked_for]
    return site.model_copy(update={"seats": [], "agents": agents, "music": [], "queues": queues})
