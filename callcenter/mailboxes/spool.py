"""Where a message is in Asterisk's spool now: its file's name changes when one before it goes, or when it is moved."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from schema.calls import VoicemailMessage

CONTEXT = "hotline"
NEW, HEARD = "INBOX", "Old"
"""Asterisk's folders: a lamp at a phone counts the first."""


def sound_of(spool: Path, row: VoicemailMessage) -> Path:
    """The message's wav; where it was seen last when it is found nowhere."""
    wanted = f"msg_id={row.message_id.partition('-')[2]}"
    for folder in (NEW, HEARD):
        for text in sorted((spool / "voicemail" / CONTEXT / row.mailbox / folder).glob("msg*.txt")):
            with suppress(OSError):
                if wanted in text.read_text("utf-8", errors="replace").splitlines():
                    return text.with_suffix(".wav")
    return spool / row.path
