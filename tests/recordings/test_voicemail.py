"""Messages in the spool become rows once, find their call, and are followed when Asterisk renumbers them.

``messages/msg0000.txt`` is what Asterisk 22.10.1 wrote of a real call.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from callcenter.mailboxes.boxes import delete, heard
from callcenter.mailboxes.spool import sound_of
from lab import audio
from recordings.removal import Removal
from recordings.voicemail import Mailboxes, number
from schema.calls import Call, Leg, VoicemailMessage
from schema.follow_ups import FollowUp
from schema.session import session_factory
from schema.surveys import Notice

REAL = Path(__file__).parent / "messages" / "msg0000.txt"
LEFT_AT = dt.datetime.fromtimestamp(1795316255, dt.UTC)
CHANNEL = "PJSIP/e1-00000007"


@pytest.fixture
def sessions(database: Engine) -> sessionmaker[Session]:
    return session_factory(database)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A spool's inbox with the real message and four seconds of sound."""
    folder = tmp_path / "voicemail" / "hotline" / "9000" / "INBOX"
    folder.mkdir(parents=True)
    put(folder, "msg0000")
    return folder


@pytest.fixture
def mailboxes(sessions: sessionmaker[Session], tmp_path: Path, inbox: Path) -> Mailboxes:
    return Mailboxes(sessions, tmp_path, "hotline")


def put(inbox: Path, name: str) -> None:
    """One more message, complete as Asterisk leaves it: the sound first, the text last."""
    audio.write_wav(inbox / f"{name}.wav", audio.Sound(8000, (audio.tone(440, 4.12),)))
    shutil.copy(REAL, inbox / f"{name}.txt")


def rows(sessions: Callable[[], Session]) -> list[VoicemailMessage]:
    with sessions() as session:
        return list(session.scalars(select(VoicemailMessage)))


def called(session: Session, call_id: str, began: int, ended: int | None) -> None:
    """A call on the message's channel, from and to so many seconds beside the message's moment."""
    times = {
        "started_at": LEFT_AT + dt.timedelta(seconds=began),
        "ended_at": None if ended is None else LEFT_AT + dt.timedelta(seconds=ended),
    }
    session.add(Call(call_id=call_id, direction="inbound", state="closed" if ended else "open", **times))
    session.add(Leg(call_id=call_id, uniqueid=call_id, channel=CHANNEL, kind="caller", **times))


def test_a_real_message_becomes_a_row(mailboxes: Mailboxes, sessions: sessionmaker[Session]) -> None:
    assert mailboxes.collect() == 1
    row = rows(sessions)[0]
    assert (row.mailbox, row.caller, row.duration_ms) == ("9000", "13912340002", 4120)
    assert (row.path, row.left_at) == ("voicemail/hotline/9000/INBOX/msg0000.wav", LEFT_AT)
    assert row.message_id == "hotline-1795316255-00000001"


def test_it_finds_the_call_that_had_the_channel_then(
    mailboxes: Mailboxes, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        called(session, "before-the-restart", -9000, -8000)
        called(session, "this", -20, 6)
        called(session, "after", 60, None)
    mailboxes.collect()
    assert [row.call_id for row in rows(sessions)] == ["this"]


def test_a_call_that_is_known_later_is_found_by_the_next_listener(
    mailboxes: Mailboxes, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    mailboxes.collect()
    with sessions.begin() as session:
        called(session, "this", -20, 6)
    Mailboxes(sessions, tmp_path, "hotline").collect()
    assert [row.call_id for row in rows(sessions)] == ["this"]


def test_a_message_that_has_its_call_is_not_looked_at_again_while_others_come(
    mailboxes: Mailboxes, sessions: sessionmaker[Session], inbox: Path
) -> None:
    with sessions.begin() as session:
        called(session, "this", -20, 6)
    assert [mailboxes.collect(), mailboxes.collect()] == [1, 0]
    put(inbox, "msg0001")
    assert mailboxes.collect() == 1


def test_a_renumbered_message_keeps_its_row(
    mailboxes: Mailboxes, sessions: sessionmaker[Session], inbox: Path
) -> None:
    mailboxes.collect()
    for suffix in (".wav", ".txt"):
        (inbox / f"msg0000{suffix}").rename(inbox / f"msg0007{suffix}")
    mailboxes.collect()
    assert [row.path for row in rows(sessions)] == ["voicemail/hotline/9000/INBOX/msg0007.wav"]


def test_what_cannot_be_read_does_not_stop_the_others(
    mailboxes: Mailboxes, sessions: sessionmaker[Session], inbox: Path
) -> None:
    (inbox / "msg0001.txt").write_bytes(b"\xff no section")
    (inbox / "msg0002.txt").write_text("[message]\norigmailbox=9000\n")
    assert mailboxes.collect() == 1
    assert len(rows(sessions)) == 1


def test_a_message_without_a_readable_sound_has_the_length_asterisk_counted(
    mailboxes: Mailboxes, sessions: sessionmaker[Session], inbox: Path
) -> None:
    (inbox / "msg0000.wav").write_bytes(b"RIFF")
    mailboxes.collect()
    assert rows(sessions)[0].duration_ms == 4000


def test_a_spool_without_mailboxes_holds_nothing(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    assert Mailboxes(sessions, tmp_path / "none", "hotline").collect() == 0


@pytest.mark.parametrize(
    ("callerid", "expected"),
    [
        ('"张三" <13912340002>', "13912340002"),
        ("13912340002", "13912340002"),
        ("+8613912340002", "+8613912340002"),
        ("Unknown", None),
        ("", None),
    ],
)
def test_the_number_is_taken_out_of_a_caller_id(callerid: str, expected: str | None) -> None:
    assert number(callerid) == expected


@pytest.mark.req("CALL-6")
def test_a_new_message_opens_one_follow_up_and_one_notice_for_the_boxs_address(
    sessions: sessionmaker[Session], tmp_path: Path, inbox: Path
) -> None:
    for _ in range(2):  # a second listener looks at everything again
        Mailboxes(sessions, tmp_path, "hotline", lambda: {"9000": "duty@example.com"}).collect()
    with sessions() as session:
        [task] = session.scalars(select(FollowUp))
        [notice] = session.scalars(select(Notice))
    [message] = rows(sessions)
    assert (task.kind, task.key, task.number) == ("voicemail", message.message_id, message.caller)
    assert (notice.key, notice.address, notice.state) == (task.key, "duty@example.com", "waiting")


@pytest.mark.req("CALL-6")
def test_a_box_without_an_address_is_followed_up_and_mails_nobody(
    sessions: sessionmaker[Session], mailboxes: Mailboxes
) -> None:
    mailboxes.collect()
    with sessions() as session:
        assert session.query(FollowUp).count() == 1
        assert session.query(Notice).count() == 0


class Console:
    """Asterisk's, which moves a message and renumbers those that stay."""

    def __init__(self, spool: Path) -> None:
        self.boxes = spool / "voicemail" / "hotline"
        self.said: list[str] = []
        self.heard: Callable[[str], None] = lambda _: None

    def rx(self, command: str) -> str:
        self.said.append(command)
        self.heard(command)
        _, deed, box, _, source, message, *target = command.split()
        folder = self.boxes / box / source
        [text] = [file for file in folder.glob("msg*.txt") if f"msg_id={message}" in file.read_text()]
        for file in folder.glob(f"{text.stem}.*"):
            if deed == "remove":
                file.unlink()
                continue
            new = self.boxes / box / target[0] / file.name
            new.parent.mkdir(exist_ok=True)
            file.rename(new)
        return ""


def test_a_heard_message_becomes_an_old_one_once_and_is_found_there(
    mailboxes: Mailboxes, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    mailboxes.collect()
    [row] = rows(sessions)
    console = Console(tmp_path)
    removal = Removal(sessions, lambda: console, "hotline", lambda: LEFT_AT, tmp_path)
    assert (removal.is_due(), removal.move()) == (False, 0)
    with sessions.begin() as session:
        heard(session, row.message_id, "a1", LEFT_AT)
    assert removal.is_due()
    assert (removal.move(), removal.move()) == (1, 0)
    assert not removal.is_due()
    [moved] = rows(sessions)
    assert moved.path == "voicemail/hotline/9000/Old/msg0000.wav"
    mailboxes.collect()
    assert [one.path for one in rows(sessions)] == [moved.path]
    with sessions.begin() as session:
        delete(session, row.message_id, "a1", LEFT_AT)
    assert removal.is_due()
    assert (removal.remove(), removal.remove()) == (1, 0)
    assert not removal.is_due()
    name = row.message_id.removeprefix("hotline-")
    assert console.said == [
        f"voicemail move 9000 hotline INBOX {name} Old",
        f"voicemail remove 9000 hotline Old {name}",
    ]


@pytest.mark.parametrize("deed", ["remove", "move"])
def test_two_workers_tell_asterisk_of_a_message_once(
    deed: str, mailboxes: Mailboxes, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    """The second looks while the first speaks with Asterisk; SQLite lets it wait, PostgreSQL pass over."""
    mailboxes.collect()
    [row] = rows(sessions)
    with sessions.begin() as session:
        (delete if deed == "remove" else heard)(session, row.message_id, "a1", LEFT_AT)
    console = Console(tmp_path)
    first, second = (Removal(sessions, lambda: console, "hotline", lambda: LEFT_AT, tmp_path) for _ in "12")
    others: list[Future[int]] = []

    def while_speaking(_: str) -> None:
        if not others:
            others.append(pool.submit(getattr(second, deed)))
            wait(others, timeout=0.5)

    console.heard = while_speaking
    with ThreadPoolExecutor(1) as pool:
        assert getattr(first, deed)() == 1
        assert others[0].result() == 0
    assert [words.split()[1] for words in console.said] == [deed]


def test_a_message_is_found_under_its_new_name_when_one_before_it_is_gone(
    mailboxes: Mailboxes, sessions: sessionmaker[Session], tmp_path: Path, inbox: Path
) -> None:
    mailboxes.collect()
    [row] = rows(sessions)
    for suffix in ("txt", "wav"):
        (inbox / f"msg0000.{suffix}").rename(inbox / f"msg0007.{suffix}")
    assert sound_of(tmp_path, row) == inbox / "msg0007.wav"
    (inbox / "msg0007.txt").unlink()
    assert sound_of(tmp_path, row) == inbox / "msg0000.wav"
