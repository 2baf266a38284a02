"""What a FastAGI process has done, counted as it does it and told when somebody asks."""

from __future__ import annotations

from agi.server import Server
from callcenter.health.families import Families, counter, counters, gauge
from callcenter.journal import Journal


class Served:
    """One server's figures."""

    def __init__(self, server: Server, journal: Journal) -> None:
        self._server = server
        self._journal = journal

    def collect(self) -> Families:
        """Calls by script and outcome, strangers, and how late the loop is."""
        tally = self._server.tally
        yield counters(
            "hotline_agi_sessions", "Scripts that have ended", ["script", "outcome"], dict(tally.ended)
        )
        yield counter(
            "hotline_agi_session_seconds", "Time under a script, callers' thinking included", tally.seconds
        )
        yield counter(
            "hotline_agi_strangers", "Requests without the token or from elsewhere", tally.strangers
        )
        yield gauge("hotline_agi_sessions_now", "Calls under a script", self._server.calls)
        yield gauge(
            "hotline_agi_half_open",
            "Connections that have not said what they want",
            len(self._server.half_open),
        )
        yield gauge("hotline_agi_loop_late_seconds", "How late the loop's last turn was", tally.late)
        yield counter(
            "hotline_journal_lost", "Facts that neither disk nor memory had room for", self._journal.lost
        )
