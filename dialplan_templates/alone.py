"""What Asterisk looks up by itself while FastAGI is away, besides the numbers of seats and flows.

Each value is one that a variable of the dialplan can hold; what is longer is left out.
"""

from __future__ import annotations

from callcenter.agents.personal_queues import personal_queues
from callcenter.recording_policy import static_trunks
from callcenter.site import Site
from dialplan_templates.quoting import MAX_VALUE

NEVER, ALWAYS, BY_TRUNK = range(3)
"""Whether a queue's calls are recorded."""
BESIDE = len("PJSIP/()")
"""What the dialplan writes around the phones of a group."""


def static_recording(site: Site, queue: str) -> int:
    """One of the three. By trunk: the dialplan looks the call's up (``recorded_trunks``)."""
    recorded = static_trunks(site, queue)
    if len(recorded) > len(site.trunks):
        return ALWAYS
    return BY_TRUNK if recorded and len(_dashed(recorded)) <= MAX_VALUE else NEVER


def recorded_trunks(site: Site) -> list[tuple[str, str]]:
    """Of each queue that differs by trunk, the recorded ones, each between dashes."""
    if site.recording is None or not site.recording.trunks:
        return []
    names = [queue.name for queue in site.queues if static_recording(site, queue.name) == BY_TRUNK]
    return [(name, _dashed(static_trunks(site, name))) for name in names]


def pickup_groups(site: Site) -> list[tuple[str, str]]:
    """Each pick-up group with its seats, between bars as in a pattern.

    Of one that is left out Asterisk takes any call, unrecorded.
    """
    found: dict[str, list[str]] = {}
    for seat in site.seats:
        if seat.pickup_group:
            found.setdefault(seat.pickup_group, []).append(seat.name)
    texts = [(group, "|".join(seats)) for group, seats in found.items()]
    return [(group, text) for group, text in texts if len(text) + BESIDE <= MAX_VALUE]


def agent_queues(site: Site) -> list[tuple[str, str]]:
    """Each agent who serves queues, with the smallest of them: its members name the seats they sit at."""
    found: dict[str, tuple[int, str]] = {}
    for queue in site.queues:
        for member in queue.members:
            this = (len(queue.members), queue.name)
            found[member.agent] = min(found.get(member.agent, this), this)
    own = {queue.agent: queue.name for queue in personal_queues(site)}
    return sorted(({agent: queue for agent, (_, queue) in found.items()} | own).items())


def _dashed(names: list[str]) -> str:
    return f"-{'-'.join(names)}-"
