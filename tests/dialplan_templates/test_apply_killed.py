"""Kill -9 before every single file operation of an apply: old or new, never between, and it mends itself."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dialplan_templates.applying import Place, small

pytestmark = pytest.mark.req("GW-6")
OPERATIONS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.chmod", "os.chown")
OLD, NEW = small(), small(queue="support", seat="two", call="22222222")


def run_and_stop(work: Callable[[], object], below: Path, at: int) -> bool:
    """Run ``work`` in a child that is killed before its ``at``-th operation on a file below. True: it was."""
    child = os.fork()
    if child == 0:
        left = at

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in OPERATIONS and str(arguments[0]).startswith(str(below)):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def first(home: Path) -> Place:
    place = Place(home)
    place.apply(OLD)
    return place


def test_an_apply_killed_anywhere_leaves_old_or_new_and_the_next_one_settles_it(memory: Path) -> None:
    seen = set()
    stops = 0
    while True:
        place = first(memory / str(stops))
        if not run_and_stop(lambda at=place: at.apply(NEW), place.etc, stops):  # type: ignore[misc]
            break
        live = own(place.whole())
        assert live in (own(OLD), own(NEW))
        seen.add(live == own(NEW))
        place.applier().recover()
        assert place.loaded() == {path: text for path, text in place.whole().items() if "/" in path}
        assert own(place.whole()) == live
        assert place.applier().plan(NEW).owed == []
        place.apply(NEW)
        assert own(place.whole()) == own(NEW)
        assert sorted(place.told.states.values()).count("live") == 1
        stops += 1
    assert stops > 50
    assert seen == {False, True}


def test_a_first_apply_killed_anywhere_is_finished_by_the_next(memory: Path) -> None:
    stops = 0
    while True:
        place = Place(memory / str(stops))
        (place.etc / "queues.conf").write_text("[mine]\n")
        if not run_and_stop(lambda at=place: at.take_over(NEW), place.etc, stops):  # type: ignore[misc]
            break
        if place.versions.live() is not None:
            assert place.whole() == NEW
        place.take_over(NEW)
        assert place.whole() == NEW
        assert place.loaded() == {path: text for path, text in NEW.items() if "/" in path}
        assert (place.etc / "queues.conf.before-hotline").read_text() == "[mine]\n"
        stops += 1
    assert stops > 30


def own(files: dict[str, str]) -> dict[str, str]:
    """A version without the former call context that it carries."""
    entry = files["extensions/00-entry.conf"]
    return {
        path: text
        for path, text in files.items()
        if not path.startswith("extensions/call-") or path[16:24] in entry
    }
