"""What the cases on routing need of the site: a manager, a queue for VIPs, one that remembers, a loop, a calendar."""

from __future__ import annotations

from typing import Any

Site = dict[str, Any]

GOLD, GOLD_NUMBER = "gold66", "4009006601"
AGAIN, AGAIN_NUMBER = "again66", "4009006602"
LOOP_NUMBER, CLOSING_NUMBER = "4009006603", "4009006604"
RULED_NUMBER = "4009006605"
MANAGER = "6601"


def add_routing(found: Site) -> None:
    """Add them."""
    _agents(found)
    _queue(found, GOLD, ["6602"])
    again = {"strategy": "linear", "last_agent": {"wait_seconds": 2}, "survey": "satisfaction"}
    _queue(found, AGAIN, ["6603", "6604"], **again)
    for number in (1, 2):
        _queue(found, f"empty66{number}", [])
    _flow(found, GOLD, GOLD_NUMBER, {"start": _hello("wait"), "wait": _wait(GOLD)})
    _flow(found, AGAIN, AGAIN_NUMBER, {"start": _hello("wait"), "wait": _wait(AGAIN)})
    loop = {
        "start": _hello("wait"),
        "wait": _wait("empty661", nobody="second"),
        "second": _wait("empty662", nobody="start"),
        "safe": _goodbye(),
    }
    _flow(found, "loop66", LOOP_NUMBER, loop)
    found["loops"] = {"most": 6, "then": "loop66/safe"}
    _closing(found)
    _rules(found)


def _agents(found: Site) -> None:
    for number in (MANAGER, "6602", "6603", "6604"):
        found["agents"].append({"number": number, "title": number, "account_manager": number == MANAGER})
        found["seats"].append({"name": f"t{number}", "number": f"9{number}", "title": number})


def _closing(found: Site) -> None:
    week = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    zone = {"timezone": "Asia/Shanghai", "week": week}
    found["calendars"].append({"name": "hall66", "title": "Open day and night", **zone})
    found["prompts"].append({"name": "evacuated66", "text": {"zh": "紧急关闭", "en": "Closed"}})
    hours = {"kind": "branch", "on": "calendar", "calendar": "hall66", "cases": {"open": "opened"}}
    steps = {
        "start": {**hours, "otherwise": "shut"},
        "opened": _hello("bye"),
        "shut": _goodbye(),
        "bye": _goodbye(),
    }
    _flow(found, "hall66", CLOSING_NUMBER, steps, operator="bye")


def _rules(found: Site) -> None:
    """One number, three rules before its own flow; the first that holds decides."""
    for place, name in enumerate(("plain66", "tier66", "region66")):
        _flow(found, name, str(int(RULED_NUMBER) + place), {"start": _goodbye()}, operator="start")
    found.setdefault("regions", []).append({"name": "near66", "title": "Near", "prefixes": ["139"]})
    here = {"numbers": [RULED_NUMBER]}
    found.setdefault("rules", []).extend(
        [
            {"name": "trunk66", **here, "trunks": ["analog"], "message": "evacuated66"},
            {"name": "vip66", **here, "tiers": ["jade66"], "flow": "tier66"},
            {"name": "region66", **here, "regions": ["near66"], "flow": "region66"},
        ]
    )


def _hello(then: str) -> Site:
    return {"kind": "play", "prompts": ["hello"], "next": then}


def _goodbye() -> Site:
    return {"kind": "hangup", "prompts": ["goodbye"]}


def _wait(queue: str, nobody: str = "@hangup") -> Site:
    return {"kind": "queue", "queue": queue, "timeout": "@hangup", "full": "@hangup", "nobody": nobody}


def _flow(found: Site, name: str, number: str, steps: Site, operator: str = "wait") -> None:
    found["dids"].append({"number": number, "title": name, "flow": name, "language": "zh"})
    flow = {"name": name, "title": name, "language": "zh", "start": "start", "operator": operator}
    found["flows"].append({**flow, "steps": steps})


def _queue(found: Site, name: str, agents: list[str], **more: Any) -> None:
    members = [{"agent": agent} for agent in agents]
    own = {"retry_seconds": 1, "announce_agent": False, "music": "melody"}
    found["queues"].append({"name": name, "title": name, "members": members, **own, **more})
