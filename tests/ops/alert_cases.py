"""For each alert what Prometheus sees when it must fire, and what looks like it and must not.

Series as ``promtool test rules`` writes them, a sample every half minute: ``0x20`` is 21 times 0, ``0+5x20``
grows by 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Series = Mapping[str, str]


class Case(NamedTuple):
    """``labels`` are those of the alert besides its severity; at ``minute`` it fires, or not."""

    alert: str
    fires: Series
    quiet: Series
    labels: Mapping[str, str] = {}
    minute: int = 8


AMI = 'process="ami", job="hotline", instance="a"'
MEMBERS = 'hotline_queue_members{queue="service", instance="a", state="%s"}'
CALLERS = 'hotline_queue_callers{queue="service", instance="a"}'
IN_QUEUE = {"queue": "service", "instance": "a"}
CASES = (
    Case(
        "HotlineProcessDown",
        {f"up{{{AMI}}}": "1 0x40"},
        {f"up{{{AMI}}}": "1x13 0 1 0 1x20", 'up{job="other", instance="b"}': "0x40"},
        {"process": "ami", "job": "hotline", "instance": "a"},
    ),
    Case(
        "HotlineMailsWait",
        {"hotline_mails_waiting": "0x9 3x80", "hotline_messages_waiting": "0x90"},
        {"hotline_mails_waiting": "3x40 0 3x50", "hotline_messages_waiting": "0x90"},
        minute=40,
    ),
    Case("HotlineAsteriskAway", {"hotline_ami_up": "0x40"}, {"hotline_ami_up": "1x15 0 1x20"}),
    Case(
        "HotlineTrunkDown",
        {'hotline_trunk_up{trunk="e1"}': "0x40", 'hotline_trunk_up{trunk="voip"}': "1x40"},
        {'hotline_trunk_up{trunk="e1"}': "1x14 0 1 0 1x20"},
        {"trunk": "e1"},
    ),
    Case(
        "HotlineBoardLineDown",
        {'hotline_board_line_up{line="a102/1"}': "1x5 0x40"},
        {'hotline_board_line_up{line="a102/1"}': "1x40"},
        {"line": "a102/1"},
    ),
    Case(
        "HotlineDatabaseAway",
        {"hotline_database_away_seconds": "0+30x40"},
        {"hotline_database_away_seconds": "60x40", "hotline_database_up": "1x40"},
    ),
    Case("HotlineDatabaseAway", {"hotline_database_up": "0x40"}, {"hotline_database_up": "1x15 0 1x20"}),
    Case(
        "HotlineScriptsFail",
        {
            'hotline_agi_sessions_total{outcome="done"}': "0+97x60",
            'hotline_agi_sessions_total{outcome="crashed"}': "0+1x60",
            'hotline_agi_sessions_total{outcome="timeout"}': "0+2x60",
        },
        {
            'hotline_agi_sessions_total{outcome="done"}': "0+90x60",
            'hotline_agi_sessions_total{outcome="crashed"}': "0+1x60",
            'hotline_agi_sessions_total{outcome="hung_up"}': "0+9x60",
        },
        minute=15,
    ),
    Case(
        "HotlineStrangers",
        {"hotline_agi_strangers_total": "0+3x60"},
        {"hotline_agi_strangers_total": "0+1x60"},
        minute=15,
    ),
    Case(
        "HotlineLoopLate",
        {"hotline_agi_loop_late_seconds": "0.6x40"},
        {"hotline_agi_loop_late_seconds": "0.5x40"},
    ),
    Case(
        "HotlineJournalBehind",
        {"hotline_journal_lag_seconds": "100+10x40"},
        {"hotline_journal_lag_seconds": "120x40", "hotline_journal_refused_files": "0x40"},
    ),
    Case(
        "HotlineJournalBehind",
        {"hotline_journal_refused_files": "1x40"},
        {"hotline_journal_lag_seconds": "200 0x40"},
    ),
    Case(
        "HotlineFactsLost",
        {"hotline_journal_lost_total": "0x10 1x40"},
        {"hotline_journal_lost_total": "5x40", "hotline_ami_events_lost_total": "0x40"},
    ),
    Case(
        "HotlineFactsLost",
        {"hotline_ami_events_lost_total": "0x10 7x40"},
        {"hotline_ami_events_lost_total": "7x40"},
    ),
    Case(
        "HotlineCallersWaitLong",
        {'hotline_queue_longest_wait_seconds{queue="service"}': "0+60x40"},
        {'hotline_queue_longest_wait_seconds{queue="service"}': "300x40"},
        {"queue": "service"},
    ),
    Case(
        "HotlineQueueWithoutAgents",
        {CALLERS: "2x40", MEMBERS % "free": "0x40", MEMBERS % "busy": "0x40", MEMBERS % "paused": "4x40"},
        {CALLERS: "2x40", MEMBERS % "free": "0x40", MEMBERS % "busy": "1x40", MEMBERS % "paused": "0x40"},
        IN_QUEUE,
    ),
    Case(
        "HotlineQueueWithoutAgents",
        {CALLERS: "0x5 1x40", MEMBERS % "free": "0x40", MEMBERS % "busy": "0x40"},
        {CALLERS: "0x40", MEMBERS % "free": "0x40", MEMBERS % "busy": "0x40"},
        IN_QUEUE,
    ),
    Case(
        "HotlineRecordingsLost",
        {'hotline_recordings_last_day{state="missing"}': "1x40"},
        {
            'hotline_recordings_last_day{state="ready"}': "9x40",
            'hotline_recordings_last_day{state="missing"}': "0x40",
        },
    ),
    Case(
        "HotlineRecordingsDiskFull",
        {"hotline_recordings_free_bytes": "4.9e9x40"},
        {"hotline_recordings_free_bytes": "5e9x40"},
    ),
    Case(
        "HotlineBansNotInForce",
        {'hotline_bans_in_force{process="ami"}': "2x40", 'hotline_bans_enforced{process="bans"}': "0x40"},
        {'hotline_bans_in_force{process="ami"}': "2x40", 'hotline_bans_enforced{process="bans"}': "2x40"},
        {"process": "ami"},
    ),
    Case(
        "HotlineBansNotInForce",
        {'hotline_bans_in_force{process="ami"}': "2x40"},
        {'hotline_bans_in_force{process="ami"}': "0x40"},
        {"process": "ami"},
    ),
    Case(
        "HotlineGapOpen",
        {'hotline_gaps_open{source="manager"}': "1x40", 'hotline_gaps_open{source="ledger"}': "0x40"},
        {'hotline_gaps_open{source="manager"}': "0x8 1x6 0x20"},
        {"source": "manager"},
    ),
)
