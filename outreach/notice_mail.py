"""The mail that tells of a follow-up: pure, from its row to the message."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from schema.follow_ups import FollowUp
from schema.surveys import Notice

SUBJECTS = {
    "bad_score": "Bad score",
    "missed_call": "Missed call",
    "abandoned": "Abandoned call",
    "voicemail": "New voicemail",
    "callback": "Call back",
    "toll_fraud": "Toll fraud? A call",
}
TOLD = ("number", "queue", "agent", "detail", "call_id")
Attachment = tuple[str, bytes]
"""File name and sound."""


def mail(
    task: FollowUp, notice: Notice, sender: str, zone: ZoneInfo, attachment: Attachment | None = None
) -> EmailMessage:
    """The mail of ``notice``. Its Message-ID is the notice's own, so that a server that got it twice can tell."""
    letter = EmailMessage()
    way = "to" if task.kind == "toll_fraud" else "from"
    who = f" {way} {task.number}" if task.number else ""
    letter["Subject"] = f"{SUBJECTS[task.kind]}{who}"
    letter["From"] = Address(addr_spec=sender)
    letter["To"] = Address(addr_spec=notice.address)
    letter["Date"] = format_datetime(task.opened_at)
    letter["Message-ID"] = f"<hotline-{task.kind}-{notice.id}@{sender.partition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    when = f"{task.opened_at.astimezone(zone):%Y-%m-%d %H:%M:%S} ({zone})"
    lines = [f"{SUBJECTS[task.kind]}, {when}", ""]
    lines += [f"{name.replace('_', ' ')}: {value}" for name in TOLD if (value := getattr(task, name))]
    letter.set_content("\n".join([*lines, "", f"hotline follow-ups take {task.id}", ""]))
    if attachment:
        name, sound = attachment
        letter.add_attachment(sound, maintype="audio", subtype="wav", filename=name)
    return letter
