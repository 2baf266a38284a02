"""``hotline worker`` as a process: what it was killed over is sent by the next, and two of them send nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from callcenter.calls.follow_ups import Task, open_tasks
from callcenter.health.life import seen_at, worker_of
from callcenter.settings import Settings
from callcenter.site_file import store as site_store
from cli import Hotline
from schema.surveys import Notice
from tests.e2e.process import HotlineProcess
from tests.e2e.until import until
from tests.outreach.post_office import PostOffice, open_office
from tests.sample import sample_site

pytestmark = [pytest.mark.slow, pytest.mark.req("OPS-1", "CALL-6")]
SECONDS = 90.0


class Shop:
    """A database with the sample site, a post office, and workers that are started and killed."""

    def __init__(self, home: Path, database: Engine, office: PostOffice, port: int) -> None:
        self.home, self.office = home, office
        self.settings = Settings(
            home=home,
            database_url=database.url.render_as_string(hide_password=False),
            smtp_host="127.0.0.1",
            smtp_port=port,
            mail_from="hotline@example.com",
        )
        self.app = Hotline(self.settings)
        with self.app.sessions().begin() as session:
            site_store.save(session, sample_site(), "test", self.app.clock)
        self.workers: list[HotlineProcess] = []

    def worker(self) -> HotlineProcess:
        """One more, at work."""
        new = HotlineProcess("worker", self.home / f"worker{len(self.workers)}.log")
        self.workers.append(new)
        new.start(self.settings.environment())
        until(lambda: new.logged("worker.at_work"), SECONDS, "the worker is at work")
        return new

    def owe(self, count: int) -> None:
        """So many mails that nobody has sent yet."""
        now = self.app.clock()
        with self.app.sessions().begin() as session:
            for key in map(str, range(count)):
                open_tasks(session, [Task(kind="voicemail", key=key, opened_at=now, number="138")])
                session.add(Notice(kind="voicemail", key=key, address="duty@example.com", due_at=now))

    def all_sent(self) -> bool:
        with self.app.sessions(read_only=True)() as session:
            return session.scalar(select(func.count()).where(Notice.state != "sent")) == 0

    def letters(self) -> Counter[str]:
        """How often each came, by its Message-ID."""
        return Counter(letter["Message-ID"] for letter in self.office.letters)

    def close(self) -> None:
        for worker in self.workers:
            if worker.is_running:
                worker.stop()
        self.app.engine().dispose()


@pytest.fixture
def shop(tmp_path: Path, database: Engine) -> Iterator[Shop]:
    with open_office() as (office, server):
        found = Shop(tmp_path, database, office, server.port)
        try:
            yield found
        finally:
            office.stands_still_at = None
            found.close()


def test_two_workers_send_each_mail_once(shop: Shop) -> None:
    for worker in (shop.worker(), shop.worker()):
        assert worker.is_running
    shop.owe(60)
    until(shop.all_sent, SECONDS, "all mails are sent")
    assert sorted(shop.letters().values()) == [1] * 60


def test_what_a_killed_worker_had_on_its_way_is_sent_by_the_next(shop: Shop) -> None:
    shop.office.stands_still_at = "RCPT"
    shop.owe(3)
    first = shop.worker()
    assert shop.office.stood.wait(SECONDS)
    first.kill()
    shop.office.stands_still_at = None
    shop.worker()
    until(shop.all_sent, SECONDS, "all mails are sent")
    assert sorted(shop.letters().values()) == [1] * 3


def test_one_that_is_asked_to_end_hands_over_what_is_on_its_way(shop: Shop) -> None:
    shop.office.stands_still_at = "DATA"
    shop.owe(1)
    worker = shop.worker()
    assert shop.office.stood.wait(SECONDS)
    worker.terminate()
    shop.office.stands_still_at = None
    worker.stop()
    assert shop.all_sent()
    assert list(shop.letters().values()) == [1]


def test_a_worker_says_in_the_database_that_it_is_at_work(shop: Shop) -> None:
    before = shop.app.clock()
    shop.worker()
    with shop.app.sessions(read_only=True)() as session:
        said = seen_at(session, worker_of(shop.settings.system_name))
        assert said is not None and said >= before
        assert seen_at(session, worker_of("elsewhere")) is None
