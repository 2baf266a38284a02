"""The ledger's lines: what Asterisk is told to write, and what the ledger's reader takes apart.

The CEL ledger is a CSV file, every column in double quotes, a quote inside doubled. ``eventtime`` is seconds
since 1970 in UTC with six decimals.
"""

from __future__ import annotations

CEL_FILE = "hotline.csv"
"""Its name in the folder ``cel-custom`` of Asterisk's log folder."""

CEL_COLUMNS = {
    "eventtype": "${eventenum}",
    "eventtime": "${eventtime}",
    "uniqueid": "${CHANNEL(uniqueid)}",
    "linkedid": "${CHANNEL(linkedid)}",
    "channel": "${CHANNEL(channame)}",
    "caller": "${CALLERID(num)}",
    "caller_name": "${CALLERID(name)}",
    "exten": "${CHANNEL(exten)}",
    "context": "${CHANNEL(context)}",
    "application": "${CHANNEL(appname)}",
    "peer": "${CHANNEL(peer)}",
    "user_event": "${userdeftype}",
    "user_field": "${CHANNEL(userfield)}",
    "extra": "${eventextra}",
}
"""The columns in order: our name → Asterisk's word for it in cel_custom.conf. ``extra`` is JSON or empty."""

CEL_EVENTS = (
    "CHAN_START",
    "ANSWER",
    "BRIDGE_ENTER",
    "BRIDGE_EXIT",
    "HANGUP",
    "CHAN_END",
    "LINKEDID_END",
    "APP_START",
    "APP_END",
    "BLINDTRANSFER",
    "ATTENDEDTRANSFER",
    "PICKUP",
    "LOCAL_OPTIMIZE",
    "USER_DEFINED",
)
"""What is written down: enough to rebuild every leg, bridge and transfer of a call."""

CEL_APPS = ("queue",)
"""The applications of APP_START and APP_END: queue_log knows only whole seconds."""
