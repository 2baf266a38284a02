"""Who goes first, where there is the right to say so."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from lab.real_time import PRIORITY, hold_up_no_sound, real_time


def test_a_process_goes_first_or_it_is_said_that_it_does_not() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        try:
            done = real_time(child.pid)
            assert done is (os.sched_getscheduler(child.pid) == os.SCHED_RR)
            assert not done or os.sched_getparam(child.pid).sched_priority == PRIORITY
        finally:
            child.kill()


def test_a_thread_that_holds_up_no_sound_starts_others_that_may() -> None:
    def policies() -> tuple[bool, int, int]:
        may = hold_up_no_sound()
        asked = [sys.executable, "-c", "import os; print(os.sched_getscheduler(0))"]
        done = subprocess.run(asked, capture_output=True, text=True, check=True)
        return may, os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK, int(done.stdout)

    with ThreadPoolExecutor(1) as beside:
        may, own, of_a_child = beside.submit(policies).result()
    assert own == (os.SCHED_RR if may else of_a_child)
    assert of_a_child == os.SCHED_OTHER


def test_who_has_ended_does_not_go_first() -> None:
    with subprocess.Popen(["true"]) as child:
        child.wait()
        assert not real_time(child.pid)
