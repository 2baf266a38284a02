"""Who goes first, where there is the right to say so."""

from __future__ import annotations

import os
import subprocess

from lab.real_time import PRIORITY, real_time


def test_a_process_goes_first_or_it_is_said_that_it_does_not() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        try:
            done = real_time(child.pid)
            assert done is (os.sched_getscheduler(child.pid) == os.SCHED_RR)
            assert not done or os.sched_getparam(child.pid).sched_priority == PRIORITY
        finally:
            child.kill()


def test_who_has_ended_does_not_go_first() -> None:
    with subprocess.Popen(["true"]) as child:
        child.wait()
        assert not real_time(child.pid)
