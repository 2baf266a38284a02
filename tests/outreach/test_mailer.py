"""Each notice is mailed once by a real SMTP server's word, again later while it won't, once more if nobody knows."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.calls.follow_ups import Task, open_tasks
from outreach.mailer import mailer
from outreach.outbox import LONGEST_PAUSE, MOST_TRIES, STUCK, UNSURE, pause
from outreach.post import Server, post
from schema.calls import VoicemailMessage
from schema.surveys import Notice
from tests.databases import Sessions
from tests.outreach.post_office import HANG_UP, PostOffice, open_office

pytestmark = [pytest.mark.req("CALL-6", "SAT-4")]
AT = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
SOUND = b"RIFF-a-sound"


@pytest.fixture
def office() -> Iterator[tuple[PostOffice, Server]]:
    with open_office() as found:
        yield found


class Post:
    """One message in box 9000 and its notice; a mailer whose clock the test moves."""

    def __init__(self, sessions: Sessions, spool: Path, server: Server) -> None:
        self.sessions, self.spool = sessions, spool
        self.now = AT
        self.mailer = mailer(sessions, spool, "hotline@example.com", partial(post, server), lambda: self.now)
        (spool / "INBOX").mkdir()
        (spool / "INBOX/msg0000.wav").write_bytes(SOUND)
        message = {"mailbox": "9000", "message_id": "m1", "path": "INBOX/msg0000.wav", "caller": "138"}
        task = Task(kind="voicemail", key="m1", opened_at=AT, number="138", detail="box 9000, 2.0 s")
        with sessions.begin() as session:
            session.add(VoicemailMessage(**message, left_at=AT, duration_ms=2000))
            open_tasks(session, [task])
            session.add(Notice(kind="voicemail", key="m1", address="duty@example.com", due_at=AT))

    def send(self) -> bool:
        return asyncio.run(self.mailer.send_one())

    def dies_on_the_way(self) -> None:
        """As a mailer leaves the notice that is killed while it hands it over."""
        with self.sessions.begin() as session:
            notice = session.scalars(select(Notice)).one()
            notice.state, notice.due_at = "sending", self.now

    @property
    def notice(self) -> Notice:
        with self.sessions() as session:
            return session.scalars(select(Notice)).one()


@pytest.fixture
def desk(sessions: Sessions, tmp_path: Path, office: tuple[PostOffice, Server]) -> Post:
    return Post(sessions, tmp_path, office[1])


def test_a_message_is_mailed_once_with_its_sound(desk: Post, office: tuple[PostOffice, Server]) -> None:
    assert desk.send()
    assert not desk.send()
    [letter] = office[0].letters
    assert (letter["To"], letter["Subject"]) == ("duty@example.com", "New voicemail from 138")
    [attached] = letter.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("msg0000.wav", SOUND)
    assert (desk.notice.state, desk.notice.mailed_at, desk.notice.tries) == ("sent", AT, 1)


def test_a_server_that_will_not_now_is_asked_again_with_growing_pauses(
    desk: Post, office: tuple[PostOffice, Server]
) -> None:
    office[0].says = ["451 later"] * 3
    pauses = []
    for _ in range(3):
        assert desk.send()
        assert not desk.send()
        pauses.append(desk.notice.due_at - desk.now)
        desk.now = desk.notice.due_at
    assert [one.total_seconds() for one in pauses] == [30, 60, 120]
    assert "451 later" in (desk.notice.error or "")
    desk.send()
    assert (desk.notice.state, len(office[0].letters)) == ("sent", 1)


def test_a_server_that_is_away_is_asked_again(desk: Post) -> None:
    desk.mailer = mailer(
        desk.sessions, Path(), "a@b.c", partial(post, Server("127.0.0.1", 1)), lambda: desk.now
    )
    desk.send()
    assert (desk.notice.state, desk.notice.tries) == ("waiting", 1)


def test_an_address_that_is_refused_is_given_up_at_once(
    desk: Post, office: tuple[PostOffice, Server]
) -> None:
    office[0].says = ["550 nobody here"]
    desk.send()
    assert (desk.notice.state, office[0].letters) == ("given_up", [])
    assert "550 nobody here" in (desk.notice.error or "")


def test_a_mail_that_a_dead_process_may_have_sent_is_sent_once_more_and_no_third_time(
    desk: Post, office: tuple[PostOffice, Server]
) -> None:
    desk.dies_on_the_way()
    desk.now += STUCK
    assert not desk.send()
    desk.now += dt.timedelta(seconds=1)
    assert desk.send()
    assert (desk.notice.state, len(office[0].letters)) == ("sent", 1)


def test_a_mail_of_which_that_is_so_twice_is_given_up(desk: Post, office: tuple[PostOffice, Server]) -> None:
    office[0].after_data = [HANG_UP]
    assert desk.send()
    desk.dies_on_the_way()
    desk.now += STUCK + dt.timedelta(seconds=1)
    assert not desk.send()
    assert (desk.notice.state, desk.notice.error, len(office[0].letters)) == ("given_up", UNSURE, 1)


def test_a_line_that_breaks_behind_the_text_has_it_sent_once_more_under_the_same_name(
    desk: Post, office: tuple[PostOffice, Server]
) -> None:
    office[0].after_data = [HANG_UP] * 2
    assert [desk.send(), desk.send(), desk.send()] == [True, True, False]
    assert (desk.notice.state, desk.notice.error) == ("given_up", UNSURE)
    assert [letter["Message-ID"] for letter in office[0].letters] == ["<hotline-voicemail-1@example.com>"] * 2


def test_a_mail_that_takes_long_is_not_taken_for_one_of_a_dead_process(
    desk: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.outbox.RENEW_SECONDS", 0.01)
    handed_over, others = [], []

    async def slowly(letter: EmailMessage) -> None:
        handed_over.append(letter)
        desk.now += 2 * STUCK
        while desk.notice.due_at < desk.now:
            await asyncio.sleep(0.01)
        others.append(await another.send_one())

    another = desk.mailer
    desk.mailer = mailer(desk.sessions, desk.spool, "hotline@example.com", slowly, lambda: desk.now)
    assert desk.send()
    assert (len(handed_over), others, desk.notice.state) == (1, [False], "sent")


def test_a_mail_whose_text_was_refused_for_now_is_sent_again(
    desk: Post, office: tuple[PostOffice, Server]
) -> None:
    office[0].after_data = ["452 disk full"]
    desk.send()
    assert desk.notice.state == "waiting"


def test_the_sound_is_taken_from_where_it_has_moved(
    desk: Post, office: tuple[PostOffice, Server], tmp_path: Path
) -> None:
    (tmp_path / "INBOX/msg0000.wav").rename(tmp_path / "INBOX/msg0001.wav")
    with desk.sessions.begin() as session:
        session.scalars(select(VoicemailMessage)).one().path = "INBOX/msg0001.wav"
    desk.send()
    assert [part.get_filename() for part in office[0].letters[0].iter_attachments()] == ["msg0001.wav"]


def test_a_mail_goes_out_without_a_sound_that_is_gone(
    desk: Post, office: tuple[PostOffice, Server], tmp_path: Path
) -> None:
    (tmp_path / "INBOX/msg0000.wav").unlink()
    desk.send()
    assert list(office[0].letters[0].iter_attachments()) == []
    assert desk.notice.state == "sent"


def test_a_notice_waits_for_its_follow_up(desk: Post, office: tuple[PostOffice, Server]) -> None:
    with desk.sessions.begin() as session:
        session.add(Notice(kind="bad_score", key="c/1", address="a@example.com", due_at=AT))
    assert [desk.send(), desk.send()] == [True, False]
    assert len(office[0].letters) == 1


def test_pauses_grow_and_end() -> None:
    pauses = [pause(tries) for tries in range(1, MOST_TRIES + 1)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
