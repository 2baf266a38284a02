"""What listener and worker ask the database again and again costs by what is to be done, not by what is past."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ami import forgotten_rows, process
from ami.process import follow
from callcenter.calls.newest import newest
from callcenter.facts import SURVEY, drain
from callcenter.journal import Journal
from callcenter.prompt_index import PromptIndex, Sound
from callcenter.settings import Settings
from callcenter.site import Site
from callcenter.site.recording import Recording
from callcenter.site.surveys import Link
from callcenter.site.waiting import Announce, CallBack
from callcenter.site_file import store as site_store
from cli import Hotline
from dialplan_templates.published import site_json
from recordings.conversion import Converter
from recordings.pauses import talks
from recordings.retention import expired
from recordings.voicemail import Mailboxes
from schema.session import engine_for
from tests.ami.following import Following
from tests.ami.ledgers import Ledgers
from tests.ami.test_forgotten_rows import KNOWN
from tests.callcenter.test_facts import answer
from tests.fakes.ami_server import Action, FakeAmi, Session
from tests.past_rows import GROWING, fill
from tests.plans import Asked
from tests.sample import sample_site

pytestmark = [pytest.mark.slow, pytest.mark.req("OPS-1"), pytest.mark.xdist_group("at_rest")]
ROWS = 20_000
SECONDS = 60.0
HOUR = dt.timedelta(hours=1)
MESSAGE = Path(__file__).parent / "recordings/messages/msg0000.txt"
SILENCE = PromptIndex(Sound("/silence", 1), {})
LISTENER = {
    "ami/forgotten_rows.py:open_rows",
    "ami/seating.py:refresh",
    "callcenter/agents/seating.py:_open",
    "callcenter/agents/states.py:held_wrap_ups",
    "callcenter/queues/kept_places.py:adopt",
    "callcenter/queues/kept_places.py:open_places",
    "callcenter/queues/kept_places.py:settle",
    "callcenter/queues/paces.py:_of",
    "callcenter/survey/invitations.py:expire",
    "callcenter/survey/invitations.py:overlooked",
    "callcenter/survey/scores.py:unsettled",
    "recordings/pauses.py:lasting",
}
WORKER = {
    "callcenter/health/house.py:look",
    "callcenter/mailboxes/boxes.py:<genexpr>",
    "outreach/metrics.py:_late",
    "outreach/outbox.py:_is_anything_due",
    "recordings/conversion.py:convert_next",
    "recordings/conversion.py:sweep",
    "recordings/copying.py:_clear_next",
    "recordings/copying.py:_copy_next",
    "recordings/copying.py:_remove_deleted",
    "recordings/retention.py:expired",
    "recordings/room.py:_note",
}
"""Who asks the database at a start, and then again and again."""

KEPT = "ix_recordings_kept"
HOURLY = {
    f"recordings/conversion.py:sweep: SCAN recordings USING INDEX {KEPT}",
    f"recordings/retention.py:expired: SEARCH recordings USING INDEX {KEPT} (started_at<?)",
}
"""The newest thousand, and at a start and once a day all that is older than it is to be kept."""


def asks_for_all() -> Site:
    """The sample site, with everything that makes somebody look again and again."""
    site = sample_site()
    [first, *queues], [survey, *surveys] = site.queues, site.surveys
    back = CallBack(trunk=site.trunks[0].name, caller_id="4001", intro=site.prompts[0].name)
    told = first.model_copy(update={"call_back": back, "announce": Announce(wait=True)})
    linked = survey.model_copy(update={"link": Link(text={"zh": "{link}"})})
    return site.model_copy(
        update={
            "queues": [told, *queues],
            "surveys": [linked, *surveys],
            "recording": Recording(retention_days=30),
        }
    )


@pytest.fixture(scope="module", params=["counted", "uncounted"])
def long_past(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated: Path
) -> Path:
    """A database with it; SQLite has counted its rows, or not, which is what it has in production."""
    file = Path(shutil.copy(migrated, tmp_path_factory.mktemp("long_past") / "hotline.db"))
    fill(engine_for(f"sqlite:///{file}"), ROWS, counted=request.param == "counted")
    assert [each.name for each in file.parent.iterdir()] == [file.name], "not all of it is in the file yet"
    return file


@pytest.fixture
def app(tmp_path: Path, long_past: Path) -> Iterator[Hotline]:
    """A house with a long past."""
    (tmp_path / "database").mkdir()
    shutil.copy(long_past, tmp_path / "database/hotline.db")
    settings = Settings(
        home=tmp_path,
        smtp_host="127.0.0.1",
        sms_url="http://127.0.0.1:9/",
        web_url="https://example.com",
        recordings_store=f"file://{tmp_path}/store",
        recordings_local_days=7,
        health_port=39_460,
    )
    app, site = Hotline(settings), asks_for_all()
    with app.sessions().begin() as session:
        site_store.save(session, site, "test", app.clock)
    version = settings.etc / "hotline.versions/1"
    version.mkdir(parents=True)
    (version / "site.json").write_text(site_json(site, SILENCE), "utf-8")
    (settings.etc / "hotline.d").symlink_to(version)
    yield app
    app.engine().dispose()


def nothing_in_it(session: Session, action: Action) -> None:
    session.respond(action, EventList="start")
    session.send(f"Event: Complete\r\nActionID: {action['ActionID']}\r\nEventList: Complete\r\n\r\n".encode())


async def at_rest(app: Hotline, asked: Asked) -> None:
    """Listener and worker at work beside an Asterisk without calls, until each part of them has looked."""
    lists = dict.fromkeys(("QueueStatus", "CoreShowChannels", "DeviceStateList"), nothing_in_it)
    looked, stop = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    asked.on_asked = lambda: asked.by.keys() >= LISTENER | WORKER and loop.call_soon_threadsafe(looked.set)
    async with FakeAmi(app.secrets("ami/hotline"), **lists) as server:
        app.settings = app.settings.model_copy(update={"ami_port": server.port})
        watch = app.watch()
        works = [asyncio.create_task(work) for work in (follow(watch, stop), *(do() for do in app.chores()))]
        try:
            async with asyncio.timeout(SECONDS):
                await looked.wait()
        finally:
            stop.set()
            await works[0]
            for work in works[1:]:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)


def test_nobody_reads_the_past_while_nobody_calls(app: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "BOOT_SECONDS", 0.0)
    monkeypatch.setattr(forgotten_rows, "LOOK_SECONDS", 0.1)
    with Asked(app.engine(), GROWING, {KEPT}).watching() as asked:
        asyncio.run(at_rest(app, asked))
    assert asked.reads_the_past == HOURLY


def test_each_hour_only_what_became_old_or_free_in_it_is_read(app: Hotline) -> None:
    now = app.clock()
    with Asked(app.engine(), GROWING, {KEPT}).watching() as asked, app.sessions(read_only=True)() as session:
        assert expired(session, app.site(), now, now - HOUR) == []
    by = asked.by["recordings/retention.py:expired"]
    assert (len(by), asked.reads_the_past) == (2, set())


def test_an_index_that_is_gone_is_noticed(app: Hotline) -> None:
    converter = Converter(app.settings.recordings, app.sessions(), app.sessions(read_only=True))
    with Asked(app.engine(), GROWING).watching() as asked:
        converter.convert_next()
        assert asked.reads_the_past == set()
    with app.engine().begin() as connection:
        connection.execute(text("DROP INDEX ix_recordings_to_convert"))
    with Asked(app.engine(), GROWING).watching() as asked:
        converter.convert_next()
        assert len(asked.reads_the_past) == 1


def test_no_call_reads_what_others_left(app: Hotline, tmp_path: Path) -> None:
    """The listener's rows of a call with queue, recording and survey, its facts, and a message's row."""
    ledgers = Ledgers(tmp_path / "ledgers")
    journal = Journal(tmp_path / "facts", "worker")
    inbox = app.settings.spool / "voicemail/hotline/9000/INBOX"
    inbox.mkdir(parents=True)
    shutil.copy(MESSAGE, inbox / "msg0000.txt")
    with Asked(app.engine(), GROWING).watching() as asked:
        following = Following(app.sessions(), ledgers)
        ledgers.write("survey")
        following.round()
        journal.put(SURVEY, KNOWN, answer("scored", 4))
        drain(journal, app.sessions())
        Mailboxes(app.sessions(), app.settings.spool, "hotline").collect()
    assert asked.by.keys() >= {"recordings/voicemail.py:_call_of", "callcenter/survey/bad_scores.py:_task"}
    assert asked.reads_the_past == set()


def test_what_other_programs_ask_again_and_again_reads_no_past(app: Hotline) -> None:
    """Which calls are up and whose recording is to be paused: both by the calls that are up."""
    with Asked(app.engine(), GROWING).watching() as asked, app.sessions(read_only=True)() as session:
        assert newest(session, 50, state="open") == []
        assert talks(session, app.site(), "1001") == []
    [plan] = [plan for who, plan in asked.plans.items() if who == "recordings/pauses.py:talks"]
    assert plan[0].startswith("SCAN calls USING INDEX ix_calls_open")
    assert asked.reads_the_past == set()
