"""Rows of a long past in every table that grows with calls: nothing in them is still to be done."""

from __future__ import annotations

from sqlalchemy import Engine, text

from bench.past import COUNT, MOMENT, NAME, past_calls

AT, CALL = MOMENT["sqlite"], NAME["sqlite"]
SECOND = "strftime('%Y-%m-%d %H:%M:%f000', {0}, '+1 second')"
WHO = "CAST(1000 + i % 500 AS TEXT)"
ROWS = {
    "legs (call_id, uniqueid, channel, kind, agent, started_at, ended_at, ring_ms, talk_ms, hold_ms)": (
        f"{CALL}, 'l' || {CALL}, 'PJSIP/' || i, 'agent', {WHO}, {{at}}, {{after}}, 1, 60000, 0"
    ),
    "steps (call_id, uniqueid, at, number, flow, step, kind, version, heard, outcome, reason)": (
        f"{CALL}, {CALL}, {{at}}, 1, 'main', 'menu', 'menu', 1, '[]', 'key', 'key 1'"
    ),
    "decisions (call_id, uniqueid, at, number, about, destination, reasons)": (
        f"{CALL}, {CALL}, {{at}}, 1, 'call', 'main', '[]'"
    ),
    "survey_answers (call_id, survey, at, outcome, way, score)": (
        f"{CALL}, 'happy', {{at}}, 'scored', 'phone', 1 + i % 4"
    ),
    "survey_replies (call_id, at, survey, question, answer)": f"{CALL}, {{at}}, 'happy', 'why', '1'",
    "recordings (call_id, uniqueid, agent, queue, state, path, started_at, duration_ms, sha256, copied_at)": (
        f"{CALL}, 'k' || {CALL}, {WHO}, 'sales', 'ready', {CALL} || '.wav', {{at}}, 60000, '', {{after}}"
    ),
    "recording_decisions (call_id, at, queue, record, reason)": f"{CALL}, {{at}}, 'sales', 1, 'always'",
    "recording_pauses (call_id, uniqueid, channel, began_at, resume_at, ended_at, by)": (
        f"{CALL}, {CALL}, 'PJSIP/' || i, {{at}}, {{after}}, {{after}}, 'agent'"
    ),
    "agent_states (agent, seat, state, began_at, held, ended_at)": (
        f"{WHO}, 's' || i % 500, 'ready', {{at}}, 0, {{after}}"
    ),
    "agent_logins (agent, seat, began_at, ended_at)": f"{WHO}, 's' || i % 500, {{at}}, {{after}}",
    "voicemail_messages (call_id, mailbox, message_id, path, left_at, duration_ms)": (
        f"{CALL}, '9000', 'hotline-' || {CALL}, "
        "'voicemail/hotline/9000/' || iif(i % 2, 'Old', 'INBOX') || '/msg.wav', {at}, 4000"
    ),
    "message_marks (message_id, heard_at, moved_at, deleted_at, removed_at)": (
        f"'hotline-' || {CALL}, iif(i % 2, {{at}}, NULL), iif(i % 2, {{at}}, NULL), "
        "iif(i % 2, NULL, {at}), iif(i % 2, NULL, {at})"
    ),
    "notices (kind, key, address, state, tries, due_at, mailed_at)": (
        f"'voicemail', {CALL}, 'duty@example.com', 'sent', 1, {{at}}, {{at}}"
    ),
    "invitations (token, call_id, visit, survey, number, language, state, tries, due_at, created_at, expires_at)": (
        f"{CALL}, {CALL}, 1, 'happy', '138' || i, 'zh', 'answered', 1, {{at}}, {{at}}, {{after}}"
    ),
    "callback_requests (call_id, queue, number, asked_at, state)": (
        f"{CALL}, 'sales', '138', {{at}}, iif(i % 2, 'done', 'failed')"
    ),
    "kept_places (call_id, asked_at, queue, number, joined_at, priority, state, tries, next_at, ended_at)": (
        f"{CALL}, {{at}}, 'sales', '138', {{at}}, 0, iif(i % 2, 'done', 'failed'), 1, {{at}}, {{after}}"
    ),
    "follow_ups (kind, key, opened_at, state)": f"'voicemail', {CALL}, {{at}}, 'done'",
    "gaps (source, began_at, ended_at, reason, found)": "'ami', {at}, {after}, 'away', '{}'",
    "trunk_outages (trunk, reason, began_at, ended_at)": "'e1', 'away', {at}, {after}",
    "line_states (line, state, began_at, ended_at)": "'a102/1', 'red', {at}, {after}",
    "conferences (bridge, room, started_at, ended_at)": f"{CALL}, '700', {{at}}, {{after}}",
    "conference_members (bridge, uniqueid, joined_at, call_id, host)": f"{CALL}, {CALL}, {{at}}, {CALL}, 0",
    "outgoing_calls (call_id, at, person, number, abroad)": f"{CALL}, {{at}}, {WHO}, '138', 0",
    "bans (address, began_at, until, by, reason)": "'192.0.2.' || i, {at}, {after}, 'hotline', 'guessing'",
    "linked_calls (call_id, site, joint_id, at)": f"{CALL}, 'north', {CALL}, {{at}}",
    "audit (at, by, action, subject, detail)": f"{{at}}, 'retention', 'recording.delete', {CALL}, '{{}}'",
}
"""Table and columns: the values of row i."""
COPIES = (
    "INSERT INTO recording_copies (recording_id, address, sha256, stored_at, local_gone_at) "
    "SELECT id, 's3://' || path, '', copied_at, copied_at FROM recordings WHERE copied_at IS NOT NULL"
)
GROWING = {"calls", "visits", "scores", "recording_copies", *(head.partition(" ")[0] for head in ROWS)}


def fill(engine: Engine, count: int, *, counted: bool) -> None:
    """So many rows in each table of an SQLite database; ``counted``: the database has looked how many."""
    past_calls(engine, count)
    at = AT.format(count)
    with engine.begin() as connection:
        for head, row in ROWS.items():
            values = row.replace("{at}", at).replace("{after}", SECOND.format(at))
            connection.execute(text(f"INSERT INTO {head} {COUNT.format(count)} SELECT {values} FROM n"))  # noqa: S608
        connection.execute(text(COPIES))
        connection.execute(text("ANALYZE" if counted else "DELETE FROM sqlite_stat1"))
    engine.dispose()  # each connection knows what was counted when it was made
