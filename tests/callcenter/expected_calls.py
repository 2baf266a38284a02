"""What the captured calls come to, written by hand from what the phones did. Moments and durations in seconds
from the call's beginning, to a tenth; ``-`` where there is none.

call:  direction trunk did caller | answered ended | ended_by cause
leg:   kind endpoint agent | started answered ended | ring talk hold
visit: queue position | joined answered left | outcome key agent | wait talk | ended_by
score: outcome reason agent       (the queue ``sales`` has a survey; nobody's answer is known)
"""

from __future__ import annotations

EXPECTED = {
    "survey": """
        call  inbound e1 4001 caller | 0.0 6.1 | hotline 16
        leg   caller e1 - | 0.0 0.0 6.1 | 0.0 2.0 0.0
        leg   agent seat8001 1001 | 0.7 1.2 4.1 | 0.5 2.0 0.0
        visit sales 1 | 0.7 1.2 4.1 | answered - 1001 | 0.5 2.0 | agent
        score not_offered survey_failed 1001
    """,
    "survey_left": """
        call  inbound e1 4001 caller | 0.0 3.6 | caller 16
        leg   caller e1 - | 0.0 0.0 3.6 | 0.0 1.0 0.0
        leg   agent seat8001 1001 | 0.7 1.2 3.1 | 0.5 1.0 0.0
        visit sales 1 | 0.7 1.2 3.1 | answered - 1001 | 0.5 1.0 | agent
        score not_offered survey_failed 1001
    """,
    "caller_first": """
        call  inbound e1 4001 caller | 0.0 4.1 | caller 16
        leg   caller e1 - | 0.0 0.0 4.1 | 0.0 2.0 0.0
        leg   agent seat8001 1001 | 0.7 1.2 4.1 | 0.5 2.0 0.0
        visit sales 1 | 0.7 1.2 4.1 | answered - 1001 | 0.5 2.0 | caller
        score not_offered caller_left_first 1001
    """,
    "on_hold": """
        call  inbound e1 4001 caller | 0.0 10.1 | hotline 16
        leg   caller e1 - | 0.0 0.0 10.1 | 0.0 2.0 1.0
        leg   agent seat8001 1001 | 0.7 1.2 5.1 | 0.5 2.0 1.0
        visit sales 1 | 0.7 1.2 5.1 | answered - 1001 | 0.5 2.0 | agent
        score not_offered survey_failed 1001
    """,
    "abandoned": """
        call  inbound e1 4001 caller | 0.0 1.7 | caller 0
        leg   caller e1 - | 0.0 0.0 1.7 | 0.0 0.0 0.0
        leg   agent seat8001 1001 | 0.7 - 1.7 | 1.0 0.0 0.0
        visit sales 1 | 0.7 - 1.7 | abandoned - - | 1.0 0.0 | -
    """,
    "queue_timeout": """
        call  inbound e1 4002 caller | 0.0 3.7 | hotline 16
        leg   caller e1 - | 0.0 0.0 3.7 | 0.0 0.0 0.0
        visit sales 1 | 0.7 - 2.7 | timeout - - | 2.0 0.0 | -
    """,
    "left_by_key": """
        call  inbound e1 4003 caller | 0.0 2.7 | hotline 16
        leg   caller e1 - | 0.0 0.0 2.7 | 0.0 0.0 0.0
        visit keyed 1 | 0.7 - 1.7 | key 9 - | 1.0 0.0 | -
    """,
    "nobody": """
        call  inbound e1 4004 caller | 0.0 1.7 | hotline 16
        leg   caller e1 - | 0.0 0.0 1.7 | 0.0 0.0 0.0
        visit staffed - | 0.7 - 0.7 | nobody - - | 0.0 0.0 | -
    """,
    "agent_misses": """
        call  inbound e1 4001 caller | 0.0 6.0 | caller 16
        leg   caller e1 - | 0.0 0.0 6.0 | 0.0 1.0 0.0
        leg   agent seat8001 1001 | 0.7 - 2.7 | 2.0 0.0 0.0
        leg   agent seat8002 1002 | 3.7 4.0 6.0 | 0.3 1.0 0.0
        visit sales 1 | 0.7 4.0 6.0 | answered - 1002 | 3.3 1.0 | caller
        score not_offered caller_left_first 1002
    """,
    "blind_transfer": """
        call  inbound e1 4001 caller | 0.0 9.6 | hotline 16
        leg   caller e1 - | 0.0 0.0 9.6 | 0.0 2.0 0.0
        leg   agent seat8001 1001 | 0.7 1.2 3.1 | 0.5 1.0 0.0
        leg   seat seat8003 - | 3.1 3.6 4.6 | 0.5 1.0 0.0
        visit sales 1 | 0.7 1.2 4.6 | answered - 1001 | 0.5 2.0 | transfer
        score not_offered transferred 1001
    """,
    "attended_transfer": """
        call  inbound e1 4001 caller | 0.0 10.4 | hotline 16
        leg   caller e1 - | 0.0 0.0 10.4 | 0.0 2.0 1.3
        leg   agent seat8001 1001 | 0.7 1.2 4.4 | 0.5 1.0 1.3
        leg   seat seat8001 1001 | 3.1 3.4 4.4 | 0.3 0.0 0.0
        leg   seat seat8003 - | 3.1 3.4 5.4 | 0.3 1.0 0.0
        visit sales 1 | 0.7 1.2 5.4 | answered - 1001 | 0.5 2.0 | transfer
        score not_offered transferred 1001
    """,
    "consulted_by_keys": """
        call  inbound e1 4001 caller | 0.0 8.1 | hotline 16
        leg   caller e1 - | 0.0 0.0 8.1 | 0.0 2.3 0.3
        leg   agent seat8001 1001 | 0.7 1.2 5.0 | 0.5 1.3 0.3
        leg   seat seat8003 - | 3.6 4.0 6.0 | 0.3 1.0 0.0
        visit sales 1 | 0.7 1.2 6.0 | answered - 1001 | 0.5 2.3 | transfer
        score not_offered transferred 1001
    """,
    "three_way": """
        call  inbound e1 4001 caller | 0.0 7.4 | hotline 16
        leg   caller e1 - | 0.0 0.0 7.4 | 0.0 3.1 0.0
        leg   agent seat8001 1001 | 0.7 1.2 4.3 | 0.5 2.1 0.0
        leg   seat seat8003 - | 3.3 3.3 5.4 | 0.0 2.1 0.0
        visit sales 1 | 0.7 1.2 5.4 | answered - 1001 | 0.5 3.1 | agent
        score not_offered survey_failed 1001
    """,
    "parked": """
        call  inbound e1 4001 caller | 0.0 8.2 | hotline 16
        leg   caller e1 - | 0.0 0.0 8.2 | 0.0 2.0 0.0
        leg   agent seat8001 1001 | 0.7 1.2 3.2 | 0.5 1.0 0.0
        leg   seat seat8003 - | 4.7 4.7 6.2 | 0.0 1.0 0.0
        visit sales 1 | 0.7 1.2 6.2 | answered - 1001 | 0.5 2.0 | transfer
        score not_offered transferred 1001
    """,
    "inside": """
        call  inside - 8003 8001 | 0.0 1.0 | caller 16
        leg   caller seat8001 - | 0.0 0.0 1.0 | 0.0 1.0 0.0
        leg   seat seat8003 - | 0.0 0.0 1.0 | 0.0 1.0 0.0
    """,
    "outbound": """
        call  outbound e1 913900001111 8001 | 0.3 1.3 | agent 16
        leg   caller seat8001 - | 0.0 0.3 1.3 | 0.3 1.0 0.0
        leg   outside e1 - | 0.0 0.3 1.3 | 0.3 1.0 0.0
    """,
    "killed": """
        call  inbound e1 4001 caller | 0.0 3.8 | pbx_restart -
        leg   caller e1 - | 0.0 0.0 3.8 | 0.0 1.7 0.0
        leg   agent seat8001 1001 | 0.7 1.2 3.8 | 0.5 1.7 0.0
        visit sales 1 | 0.7 1.2 3.8 | answered - 1001 | 0.5 1.7 | -
        score not_offered pbx_restart 1001
        call  inbound e1 4001 caller | 0.0 1.7 | pbx_restart -
        leg   caller e1 - | 0.0 0.0 1.7 | 0.0 0.0 0.0
        visit sales 1 | 0.7 - 1.7 | lost - - | 1.0 0.0 | -
    """,
}
