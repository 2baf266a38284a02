"""Queues and agents for the cases of what agents do. Each line is a number, a flow and a queue of its own."""

from __future__ import annotations

from typing import Any

Site = dict[str, Any]
STRATEGIES = ("ringall", "rrmemory", "rrordered", "leastrecent", "fewestcalls", "random", "wrandom", "linear")
QUEUES: dict[str, Site] = {
    "ag_relax": {"members": {"6101": 5, "6102": 0}, "relax": [{"after_seconds": 4, "max_penalty": 5}]},
    "ag_heavy": {"members": {"6103": 0}, "weight": 10},
    "ag_light": {"members": {"6103": 0}},
    "ag_whisper": {"members": {"6104": 0}, "whisper": "from_care", "announce_agent": True},
    "ag_wrap": {"members": {"6105": 0}, "wrapup_seconds": 4},
    "ag_other": {"members": {"6105": 0}},
    "ag_early": {"members": {"6106": 0}, "wrapup_seconds": 120},
    "ag_later": {"members": {"6107": 0}, "wrapup_seconds": 5},
    "ag_missed": {"members": {"6108": 0, "6109": 0}, "strategy": "linear", "pause_after_missed": 2},
    "ag_killed": {"members": {"6110": 3, "6111": 0}},
    "ag_phone": {"members": {"6112": 0}},
    "ag_times": {"members": {"6113": 0}, "wrapup_seconds": 3},
    "ag_desk": {"members": {"6114": 0, "6115": 0}},
    "ag_codes": {"members": {"6116": 0}, "wrapup_seconds": 90},
}
REASONS = [
    {"name": "lunch", "title": {"zh": "午饭", "en": "Lunch"}, "code": "1"},
    {"name": "training", "title": {"zh": "培训", "en": "Training"}, "code": "2"},
]


def strategy_agents(strategy: str) -> list[str]:
    """The three who serve this strategy's queue."""
    return [f"62{STRATEGIES.index(strategy) + 1}{place}" for place in (1, 2, 3)]


def strategy_number(strategy: str) -> str:
    """What a caller dials."""
    return f"400900710{STRATEGIES.index(strategy) + 1}"


def number_of(queue: str) -> str:
    """What a caller dials for one of ``QUEUES``."""
    return f"40090070{list(QUEUES).index(queue) + 1:02}"


def add_agents(found: Site) -> None:
    """All of it."""
    found["pause_reasons"] = REASONS
    found["prompts"].append(
        {"name": "from_care", "text": {"zh": "客服来电客服来电", "en": "a call for care"}}
    )
    for name, options in QUEUES.items():
        _add(found, name, number_of(name), options)
    for strategy in STRATEGIES:
        weighed = 100 if strategy == "wrandom" else 0
        members = {agent: weighed * (place > 0) for place, agent in enumerate(strategy_agents(strategy))}
        _add(found, f"st_{strategy}", strategy_number(strategy), {"strategy": strategy, "members": members})


def _add(found: Site, name: str, number: str, options: Site) -> None:
    known = {agent["number"] for agent in found["agents"]}
    for agent in options["members"].keys() - known:
        found["agents"].append({"number": agent, "title": agent, "languages": ["zh"]})
        found["seats"].append({"name": f"t{agent}", "number": f"9{agent}", "title": agent})
    members = [{"agent": agent, "penalty": penalty} for agent, penalty in options["members"].items()]
    usual = {"retry_seconds": 1, "announce_agent": False, "music": "melody"}
    found["queues"].append({"name": name, "title": name, **usual, **options, "members": members})
    found["dids"].append({"number": number, "title": name, "flow": name, "language": "zh"})
    wait = {"kind": "queue", "queue": name, "timeout": "@hangup", "full": "@hangup", "nobody": "@hangup"}
    flow = {"name": name, "title": name, "language": "zh", "start": "hello", "operator": "wait"}
    hello = {"kind": "play", "prompts": ["hello"], "next": "wait"}
    found["flows"].append({**flow, "steps": {"hello": hello, "wait": wait}})
