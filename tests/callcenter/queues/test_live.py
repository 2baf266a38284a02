"""The live state against QueueStatus: of a model written apart, and of a real Asterisk on a random day."""

from __future__ import annotations

import datetime as dt
import lzma
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from ami.protocol import AmiStream, Message
from callcenter.queues.live import CHANGES, LiveQueue, LiveQueues
from tests.fakes.app_queue import AppQueue

CAPTURED = Path(__file__).parents[2] / "transcripts/queues/random_day.ami.xz"
EVENTS = 10_000
LATE_SECONDS = 0.5
"""Asterisk sends its events a moment after its answer knows what they tell."""


def rows_as_state(rows: list[dict[str, str]]) -> dict[str, object]:
    """What QueueStatus says, queue by queue, taken apart without the code under test."""
    found: dict[str, tuple[list[object], dict[str, object]]] = defaultdict(lambda: ([], {}))
    for row in rows:
        callers, members = found[row["Queue"]]
        if row["Event"] == "QueueEntry":
            number = "" if row["CallerIDNum"] == "unknown" else row["CallerIDNum"]
            callers.append((row["Position"], row["Channel"], number, row["Priority"]))
        elif row["Event"] == "QueueMember":
            names = ("Name", "Status", "Penalty", "Paused", "PausedReason", "InCall", "CallsTaken")
            members[row["Location"]] = tuple(row[name] for name in names)
    return dict(found)


def as_state(queue: LiveQueue) -> object:
    callers = [
        (str(place), one.channel, one.number, str(one.priority)) for place, one in enumerate(queue.callers, 1)
    ]
    members = {
        m.interface: (
            m.name, m.status, str(m.penalty), str(int(m.paused)), m.paused_reason, str(int(m.in_call)),
            str(m.calls_taken),
        )
        for m in queue.members.values()
    }  # fmt: skip
    return (callers, members)


def times_agree(state: LiveQueues, rows: list[dict[str, str]], now: dt.datetime, within: int) -> bool:
    """Waits and last calls, to so many seconds."""
    for row in rows:
        queue = state.queues[row["Queue"]]
        if row["Event"] == "QueueEntry":
            (one,) = [one for one in queue.callers if one.uniqueid == row["Uniqueid"]]
            if abs(one.waited(now) - int(row["Wait"])) > within:
                return False
        elif row["Event"] == "QueueMember":
            last_call = queue.members[row["Location"]].last_call
            if abs(last_call - int(row["LastCall"])) > within:
                return False
    return True


def at(model: AppQueue) -> dt.datetime:
    return dt.datetime.fromtimestamp(model.clock, dt.UTC)


@pytest.mark.slow
@pytest.mark.req("ACD-7")
@pytest.mark.parametrize("seed", range(2))
def test_equal_to_queue_status_after_every_one_of_10_000_random_events(seed: int) -> None:
    model, live, heard = AppQueue(random.Random(seed)), LiveQueues(), 0
    live.ask()
    live.replace(model.status(), at(model))
    while heard < EVENTS:
        events = model.step()
        for event in events:
            live.hear(event)
        heard += len(events)
        rows = model.status()
        assert {name: as_state(queue) for name, queue in live.queues.items()} == rows_as_state(rows)
        assert times_agree(live, rows, at(model), 0)
        assert not live.doubt


@pytest.mark.req("ACD-7")
@pytest.mark.parametrize("seed", range(4))
def test_a_snapshot_that_is_older_than_events_heard_meanwhile_leads_to_the_truth(seed: int) -> None:
    model, live = AppQueue(random.Random(seed)), LiveQueues()
    chance = random.Random(-seed - 1)
    for _ in range(500):
        if chance.random() < 0.3:
            model.jump()  # nobody is told
        late = [event for _ in range(chance.randrange(6)) for event in model.step()]
        live.ask()
        cut = chance.randrange(len(late) + 1)
        rows = model.status()  # these events, or some, are still on their way
        after = [event for _ in range(chance.randrange(6)) for event in model.step()]
        for event in [*late[cut:], *after]:
            live.hear(event)
        live.replace(rows, at(model))
        now = model.status()
        assert {name: as_state(queue) for name, queue in live.queues.items()} == rows_as_state(now)


@pytest.mark.req("ACD-7")
def test_an_event_that_does_not_fit_asks_for_a_snapshot() -> None:
    model, live = AppQueue(random.Random(1)), LiveQueues()
    live.ask()
    live.replace(model.status(), at(model))
    missed: list[dict[str, str]] = []
    while not missed or "Join" not in missed[0]["Event"]:
        missed = model.step()
    queue, joins = missed[0]["Queue"], list[dict[str, str]]()
    while not joins:
        joins = [event for event in model.join() if event["Queue"] == queue]
    live.hear(joins[0])
    assert live.doubt
    live.ask()
    assert not live.replace(model.status(), at(model))
    assert not live.doubt


@dataclass
class Owed:
    """What Asterisk said of a queue, until the events have led to it. ``since``: the first event behind it."""

    queue: str
    said: object
    since: float | None = None

    def is_paid(self, live: LiveQueues, event_at: float | None) -> bool:
        self.since = self.since or event_at
        return as_state(live.queues[self.queue]) == self.said


def captured() -> list[Message]:
    wanted = [*CHANGES, "QueueParams", "QueueMember", "QueueEntry", "QueueStatusComplete"]
    return list(AmiStream(wanted).feed(lzma.decompress(CAPTURED.read_bytes())))


@pytest.mark.slow
@pytest.mark.req("ACD-7")
def test_equal_to_a_real_asterisks_word_all_through_a_captured_day() -> None:
    live, rows, looks = LiveQueues(), [], 0
    owed: list[Owed] = []
    heard, clock = 0, 0.0
    for message in captured():
        event = message.event
        if event in CHANGES:
            clock = float(message["Timestamp"])
            live.hear(message)
            heard += looks > 0
        elif event != "QueueStatusComplete":
            rows.append(message)
        else:
            if not looks or message.action_id.startswith("again"):
                live.replace(rows, dt.datetime.fromtimestamp(clock, dt.UTC))
                owed.clear()
            owed += [Owed(queue, said) for queue, said in rows_as_state(rows).items()]
            looks, rows = looks + 1, []
        owed = [one for one in owed if not one.is_paid(live, clock if event in CHANGES else None)]
        assert all(clock - (one.since or clock) < LATE_SECONDS for one in owed), owed[0]
    assert heard >= EVENTS * 0.99
    assert looks > 500
