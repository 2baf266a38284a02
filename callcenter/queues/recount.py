"""The stays counted once more from the ledger's raw lines, apart from all that makes the visits of them.

queue_log tells what became of each stay, CEL to the microsecond when it began, was answered and ended. Nothing
here knows of calls and journeys: a stay is a queue, a moment, an end.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from callcenter.ledger_format import CEL_COLUMNS
from callcenter.queues.stays import Stay

REFUSED = {"FULL": "full", "JOINEMPTY": "nobody", "JOINUNAVAIL": "nobody"}
ENDS = {
    "ABANDON": "abandoned",
    "WITHDRAW": "abandoned",
    "EXITWITHTIMEOUT": "timeout",
    "EXITEMPTY": "nobody",
    "EXITWITHKEY": "key",
}
STARTED = "QUEUESTART"
"""Asterisk writes it when it begins to write queue_log: a stay without an end before it is lost."""
TIME, CHANNEL, QUEUE, WORD, DATA = 0, 1, 2, 4, 5
BEHIND = dt.timedelta(milliseconds=20)
"""queue_log has the clock of the kernel's last tick: a second's first milliseconds are told as the one before."""
Moment = dt.datetime


@dataclass
class Times:
    """Of one channel: when it ran Queue(), when it was answered, when it ended."""

    runs: list[Moment] = field(default_factory=list)
    returns: list[Moment] = field(default_factory=list)
    answered: Moment | None = None
    ended: Moment | None = None


@dataclass
class _Told:
    """What queue_log tells of one stay."""

    channel: str
    queue: str
    at: Moment
    outcome: str | None = None
    key: str | None = None
    ended: Moment | None = None
    agent_channel: str = ""


def recount(queue_log: Iterable[str], cel: Iterable[str], others: Container[str] = ()) -> list[Stay]:
    """Every stay of these lines, in order of joining.

    ``others`` are channels that were no caller's: an agent who asks a queue for a colleague is no visit.
    """
    times = _times(cel)
    by_channel: dict[str, list[_Told]] = defaultdict(list)
    for told in _told(queue_log):
        if told.channel not in others:
            by_channel[told.channel].append(told)
    return sorted(stay for own in by_channel.values() for stay in _stays(own, times))


def differences(one: Iterable[Stay], other: Iterable[Stay]) -> tuple[list[Stay], list[Stay]]:
    """What only the one has, and what only the other. Of a lost stay no ledger knows how long it was."""
    mine, theirs = Counter(map(_comparable, one)), Counter(map(_comparable, other))
    return sorted((mine - theirs).elements(), key=_order), sorted((theirs - mine).elements(), key=_order)


def _comparable(stay: Stay) -> Stay:
    unknown = stay.outcome in ("lost", None)
    return Stay(stay.queue, stay.joined_at, stay.outcome, stay.key, None) if unknown else stay


def _order(stay: Stay) -> tuple[Moment, str]:
    return (stay.joined_at, stay.queue)


def _told(lines: Iterable[str]) -> list[_Told]:
    every: list[_Told] = []
    here: dict[tuple[str, str], _Told] = {}
    for line in lines:
        words = line.rstrip("\n").split("|")
        if len(words) <= WORD or not words[TIME].isdecimal():
            continue
        at = dt.datetime.fromtimestamp(int(words[TIME]), dt.UTC)
        name, place, data = words[WORD], (words[CHANNEL], words[QUEUE]), [*words[DATA:], "", ""]
        if name == STARTED:
            for told in here.values():
                told.outcome = told.outcome or "lost"
            here.clear()
        elif name == "ENTERQUEUE":
            here[place] = _Told(*place, at)
            every.append(here[place])
        elif name == "REFUSED":
            at = dt.datetime.fromtimestamp(float(data[1]), dt.UTC) if data[1] else at
            every.append(_Told(*place, at, REFUSED.get(data[0], "nobody"), ended=at))
        elif place in here:
            _end(here[place], name, data, at)
    return every


def _end(told: _Told, name: str, data: list[str], at: Moment) -> None:
    if name == "CONNECT":
        told.outcome, told.agent_channel, told.ended = "answered", data[1], at
    elif name in ENDS and told.outcome is None:
        told.outcome, told.ended = ENDS[name], at
        told.key = data[0] if name == "EXITWITHKEY" else None


def _times(lines: Iterable[str]) -> dict[str, Times]:
    found: dict[str, Times] = defaultdict(Times)
    for values in csv.reader(line.replace("\0", "") for line in lines):
        row = dict(zip(CEL_COLUMNS, values, strict=False))
        if len(values) != len(CEL_COLUMNS):
            continue
        at = dt.datetime.fromtimestamp(float(row["eventtime"]), dt.UTC)
        own, kind = found[row["uniqueid"]], row["eventtype"]
        if kind == "APP_START" and row["application"] == "Queue":
            own.runs.append(at)
        elif kind == "APP_END" and row["application"] == "Queue":
            own.returns.append(at)
        elif kind == "ANSWER":
            own.answered = own.answered or at
        elif kind == "HANGUP":
            own.ended = at
    return found


def _stays(own: list[_Told], times: dict[str, Times]) -> list[Stay]:
    """Each line belongs to the last Queue() that had begun by then and has no line yet. ``own`` is in order."""
    mine, found = times.get(own[0].channel, Times()), []
    runs = sorted(mine.runs)
    for told in reversed(own):
        begun_by = told.at if told.at.microsecond else told.at + dt.timedelta(seconds=1) + BEHIND
        earlier = [at for at in runs if at < begun_by]
        joined, returned = told.at, None
        if earlier:
            joined = earlier[-1]
            returned = next((at for at in sorted(mine.returns) if at >= joined), None)
            after = next((at for at in mine.runs if at > joined), None)
            returned = min(filter(None, (returned, after)), default=None)
            runs = [at for at in runs if at < joined]
        found.append(_stay(told, joined, returned, times))
    return found


def _stay(told: _Told, joined: Moment, returned: Moment | None, times: dict[str, Times]) -> Stay:
    until = returned or told.ended
    if told.outcome == "answered":
        agent = times.get(told.agent_channel)
        answered = (agent.answered if agent else None) or told.ended
        until = max(joined, answered) if answered else None
    wait = round((until - joined) / dt.timedelta(milliseconds=1)) if until else None
    return Stay(told.queue, joined, told.outcome, told.key, wait)
