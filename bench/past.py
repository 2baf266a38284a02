"""Past calls in a database, as many as wanted, each with its visit, score and recording, written by the database."""

from __future__ import annotations

from sqlalchemy import Engine, text

COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0})"
MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-' || (86400 + ({0} - i) * 2.5) || ' seconds')",
    "postgresql": "now() - (86400 + ({0} - i) * 2.5) * INTERVAL '1 second'",
}
"""Every two and a half seconds, up to yesterday."""
NAME = {"sqlite": "printf('c%010d', i)", "postgresql": "'c' || lpad(i::text, 10, '0')"}
"""In the order of time, as Asterisk's are."""
ROOM = {"sqlite": "PRAGMA cache_size = -2000000", "postgresql": "SET LOCAL statement_timeout = 0"}
FIRST, NUMBERS, AGENTS = 13_900_000_000, 400_000, 500


def past_calls(engine: Engine, count: int) -> None:
    """All of them answered, closed, scored and recorded."""
    at, call = MOMENT[engine.dialect.name].format(count), NAME[engine.dialect.name]
    caller, agent = f"CAST({FIRST} + (i * 1013) % {NUMBERS} AS TEXT)", f"CAST(1000 + i % {AGENTS} AS TEXT)"
    rows = {
        "calls (call_id, direction, caller, started_at, state)": f"{call}, 'inbound', {caller}, {at}, 'closed'",
        "visits (call_id, number, queue, joined_at, answered_at, outcome, agent, talk_ms)": (
            f"{call}, 1, 'line', {at}, {at}, 'answered', {agent}, 60000"
        ),
        "scores (call_id, visit, outcome, score, queue, agent, at)": (
            f"{call}, 1, 'scored', 1 + i % 4, 'line', {agent}, {at}"
        ),
        "recordings (call_id, uniqueid, agent, queue, state, started_at, duration_ms, deleted_at)": (
            f"{call}, 'l' || {call}, {agent}, 'line', 'deleted', {at}, 60000, {at}"
        ),
    }
    with engine.begin() as connection:
        connection.execute(text(ROOM[engine.dialect.name]))
        for head, row in rows.items():
            connection.execute(text(f"INSERT INTO {head} {COUNT.format(count)} SELECT {row} FROM n"))  # noqa: S608
        connection.execute(text("ANALYZE"))
