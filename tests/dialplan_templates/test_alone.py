"""What Asterisk looks up by itself while FastAGI is away."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.site import Site
from dialplan_templates.alone import (
    ALWAYS,
    BY_TRUNK,
    NEVER,
    agent_queues,
    pickup_groups,
    recorded_trunks,
    static_recording,
)
from tests.sample import sample_site

TOLD = {"consent": {"prompt": "goodbye"}}
TRUNKS = [trunk.name for trunk in sample_site().trunks]


def sample(**parts: Any) -> Site:
    return Site.model_validate(sample_site().model_dump(by_alias=True) | parts)


def seats(count: int, name: str = "phone_of_somebody") -> list[dict[str, Any]]:
    return [
        {"name": f"{name}_{n}", "number": str(7000 + n), "title": "x", "pickup_group": name}
        for n in range(count)
    ]


@pytest.mark.req("CALL-7")
def test_a_pickup_group_is_a_pattern_of_its_seats_and_one_too_large_for_a_variable_is_left_out() -> None:
    small, large = seats(2, "few"), seats(300)
    assert pickup_groups(sample(seats=[*small, *large])) == [("few", "few_0|few_1")]
    [(_, pattern)] = pickup_groups(sample(seats=seats(180)))
    assert len(f"PJSIP/({pattern})") <= 4000


@pytest.mark.req("CALL-7")
def test_an_agent_is_looked_for_in_their_own_queue_or_the_smallest_they_serve() -> None:
    plain = {"last_agent": None, "title": "x"}
    queues = [
        {**plain, "name": "all", "members": [{"agent": "1001"}, {"agent": "1002"}]},
        {**plain, "name": "one", "members": [{"agent": "1002"}]},
    ]
    agents = [{"number": number, "title": number} for number in ("1001", "1002", "1003", "1004")]
    agents[3] |= {"account_manager": True}
    found = agent_queues(sample(queues=queues, agents=agents))
    assert found == [("1001", "all"), ("1002", "one"), ("1004", "agent_1004")]


@pytest.mark.req("REC-1")
@pytest.mark.parametrize(
    ("policy", "how", "trunks"),
    [
        ({}, ALWAYS, []),
        ({"percent": 0}, NEVER, []),
        (TOLD, NEVER, []),
        ({"trunks": {"e1": TOLD}}, BY_TRUNK, ["", *(name for name in TRUNKS if name != "e1")]),
        ({**TOLD, "trunks": {"e1": {"without_consent": True}}}, BY_TRUNK, ["e1"]),
    ],
)
def test_the_static_menu_records_by_the_rule_of_the_calls_trunk(
    policy: dict[str, Any], how: int, trunks: list[str]
) -> None:
    site = sample(recording=policy)
    queue = site.queues[0].name
    assert static_recording(site, queue) == how
    assert dict(recorded_trunks(site)).get(queue, "") == (f"-{'-'.join(trunks)}-" if trunks else "")
