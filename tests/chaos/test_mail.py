"""The process that sends mails is killed: before it takes a notice, on its way, and before it has noted it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from callcenter.calls.follow_ups import Task, open_tasks
from schema.surveys import Notice
from tests.chaos.conftest import ChaosHouse
from tests.chaos.load import RECOVERY_SECONDS, nothing_lost, timed
from tests.chaos.results import Row
from tests.chaos.size import scaled

Where = Literal["RCPT", "DATA"] | None
WHERE: dict[str, tuple[Where, tuple[int, ...]]] = {
    "just committed": (None, (1, 2)),
    "on its way": ("RCPT", (1,)),
    "sent and not noted": ("DATA", (2,)),
}
"""Where the post office stands still when the process is killed, and how many letters there may be then."""


@pytest.mark.req("OPS-1", "CALL-6")
def test_15_mailer_killed(quiet_house: ChaosHouse, row: Callable[..., Row]) -> None:
    times = scaled(5, 1)
    mine = row(
        "worker killed (-9) between a notice's commit and its mail being noted",
        "each mail at least once, twice only where it was sent and not noted",
        f"×{times} at each of {len(WHERE)} places",
    )
    wanted: dict[str, tuple[int, ...]] = {}
    for number in range(times):
        for words, (where, letters) in WHERE.items():
            key = f"{words} {number}"
            wanted[key] = letters
            mine.recovered(_killed(quiet_house, key, where))
    texts = [letter.get_content().splitlines() for letter in quiet_house.letters]
    found = {key: sum(f"detail: {key}" in text for text in texts) for key in wanted}
    mine.lost, mine.left = list(found.values()).count(0), 0
    mine.also |= {"mails": str(len(wanted)), "twice": str(sum(count == 2 for count in found.values()))}
    nothing_lost(mine)
    assert all(count in wanted[key] for key, count in found.items()), found


def _killed(house: ChaosHouse, key: str, where: Where) -> float:
    """How long from the kill until the notice of this name is noted as sent."""
    house.office.stands_still_at = where
    house.office.stood.clear()
    _commit(house, key)
    if where is not None:
        assert house.office.stood.wait(RECOVERY_SECONDS)
    house.worker.kill()
    house.office.stands_still_at = None

    def sent() -> bool:
        return bool(house.rows(Notice, key=key, state="sent"))

    def started() -> bool:
        house.start_worker()
        return True

    return timed(started, "the worker is back") + timed(sent, "the mail is sent")


def _commit(house: ChaosHouse, key: str) -> None:
    now = house.app.clock()
    with house.app.sessions().begin() as session:
        open_tasks(session, [Task(kind="voicemail", key=key, opened_at=now, number="138", detail=key)])
        session.add(Notice(kind="voicemail", key=key, address="duty@example.com", due_at=now))
