"""Runs every measurement, keeps its JSON in ``bench/results`` and writes the tables of docs/benchmarks.md anew.

``python -m bench [NAME …]``: all, or those named. Each is a program of its own with a limit on its time; one
that fails is reported, the others go on, and the table it feeds stays as it was.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from bench import page

RESULTS = Path(__file__).parent / "results"
COMMANDS = {
    "simulator": ["bench.simulator"],
    "ami_storm": ["bench.ami_storm"],
    "fastagi": ["bench.fastagi"],
    "database": ["bench.database"],
    "routing": ["bench.routing"],
    "prompts": ["bench.prompts"],
    "call_both_ways": ["bench.real_call", "--key-ms", "3000", "--sending"],
    "call_listening": ["bench.real_call", "--key-ms", "3000"],
    "call_hurried": ["bench.real_call", "--key-ms", "1000", "--rate", "60", "--calls", "300"],
    "config": ["bench.config"],
    "whole_calls": ["bench.whole_calls"],
    "at_once": ["bench.at_once"],
    "growth": ["bench.growth", "--past"],
    "growth_past": ["bench.growth", "--at-once", "--seats"],
    "delay": ["bench.delay"],
    "startup": ["bench.startup"],
    "day_short": ["bench.day", "--calls", "500"],
    "day_short_postgresql": ["bench.day", "--calls", "500", "--postgresql"],
    "day": ["bench.day"],
    "day_postgresql": ["bench.day", "--postgresql"],
}
"""Name: the module to run, and its options."""
LIMIT_SECONDS = 1800


def run(name: str) -> bool:
    """One measurement into its file; False when it failed."""
    print(f"{name} …", end=" ", flush=True)
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", *COMMANDS[name]],
        cwd=RESULTS.parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, errors = process.communicate(timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGTERM)
            print(f"not done within {LIMIT_SECONDS} s")
            return False
    if process.returncode:
        print(f"failed\n{errors[-1000:]}")
        return False
    result = json.loads(out[out.index("{") :])
    (RESULTS / f"{name}.json").write_text(json.dumps(page.machine() | {"found": result}, indent=2) + "\n")
    print(f"{time.monotonic() - began:.0f} s")
    return True


def main() -> int:
    """Run what was asked for, then the page."""
    RESULTS.mkdir(exist_ok=True)
    results = {name: run(name) for name in sys.argv[1:] or COMMANDS}
    page.write(RESULTS, {name: " ".join(COMMANDS[name]) for name, done in results.items() if done})
    return 0 if all(results.values()) else 1


sys.exit(main())
