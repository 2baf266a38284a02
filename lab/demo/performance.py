"""The demo from beginning to end: set up, place the calls, wait until every row is there."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from callcenter.errors import HotlineError
from callcenter.ports import App
from callcenter.site import Site
from callcenter.site_file.document import load
from lab.demo import stories
from lab.demo.agents import at_their_phones
from lab.demo.checks import Checks, Expectation
from lab.demo.evidence import Evidence, find
from lab.demo.office_hours import with_office
from lab.demo.place import sipp_folder
from lab.demo.stage import ANALOG, Stage
from lab.demo.stories import Story
from lab.ports import OWN_PORTS, need_free
from lab.progress import Progress
from lab.ready import SAMPLE, alone, find_asterisk, live, make_prompts, save, set_up_database
from lab.running import at_work

SETTLE_SECONDS = 15.0
"""How long after the last call the rows may take."""


@dataclass(frozen=True)
class Told:
    """One story's end: what was found, and which expectations that meets."""

    story: Story
    evidence: Evidence | None
    expectations: list[Expectation]
    trouble: str | None = None

    @property
    def is_right(self) -> bool:
        """Everything that was expected is there."""
        return self.trouble is None and self.evidence is not None and all(e.met for e in self.expectations)


def perform(app: App, progress: Progress) -> list[Told]:
    """All stories, told in their order."""
    site = load(SAMPLE)
    with alone(app.settings.folder), _running(app, site, progress) as stage:
        troubles = _while_open(stage, progress) | _while_closed(stage, site, progress)
        with progress.phase("reading back"):
            return [_told(stage, story, troubles.get(story.title)) for story in stories.ALL]


@contextmanager
def _running(app: App, site: Site, progress: Progress) -> Iterator[Stage]:
    """Hotline at work on the demo's home, its office open."""
    need_free(app.settings, OWN_PORTS)
    asterisk = find_asterisk(app, progress)
    set_up_database(app, progress)
    save(app, with_office(site, app.clock(), is_open=True))
    make_prompts(app, progress)
    with ExitStack() as stack:
        stack.enter_context(live(app, asterisk, progress))
        with progress.phase("Hotline at work"):
            stack.enter_context(at_work(app, progress.line))
        yield Stage(app, _fresh(sipp_folder(app.settings)), app.clock())


def _fresh(folder: Path) -> Path:
    """Where SIPp's messages of this run lie; those of the last one go."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _while_open(stage: Stage, progress: Progress) -> dict[str, str]:
    with progress.phase("phones and agents"), ExitStack() as stack:
        stage.sign_in(stage.login("trunk/analog", "gw_analog"), ANALOG)
        stack.enter_context(at_their_phones(stage))
        phones = stack.pop_all()
    with phones, progress.phase(f"{len(stories.WHILE_OPEN)} calls at once, office open"):
        return _act(stage, stories.WHILE_OPEN)


def _while_closed(stage: Stage, site: Site, progress: Progress) -> dict[str, str]:
    with progress.phase("office closed by a dated exception, applied"):
        save(stage.app, with_office(site, stage.app.clock(), is_open=False))
        stage.app.applier().apply(stage.app.rendered())
    with progress.phase("1 call, office closed"):
        return _act(stage, stories.WHILE_CLOSED)


def _act(stage: Stage, acted: Sequence[Story]) -> dict[str, str]:
    """Let the callers of these stories do what they do, all at once; gives what went wrong, by title."""

    def one(story: Story) -> str | None:
        try:
            story.act(stage, story.caller)
        except HotlineError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(len(acted)) as pool:
        try:
            ends = zip(acted, pool.map(one, acted), strict=True)
            return {story.title: trouble for story, trouble in ends if trouble}
        except BaseException:  # Ctrl-C: the callers hang up at once, not when their stories end
            stage.abandon()
            raise


def _told(stage: Stage, story: Story, trouble: str | None) -> Told:
    """Read the call again and again until everything expected is there, or it has had its time."""
    until = time.monotonic() + SETTLE_SECONDS
    while True:
        evidence = find(stage, story.caller)
        expectations = list(story.expects(Checks(evidence))) if evidence else []
        told = Told(story, evidence, expectations, trouble)
        if told.is_right or trouble or time.monotonic() > until:
            return told
        time.sleep(0.1)
