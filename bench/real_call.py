"""The whole call through Hotline against the same call as hand-written dialplan: ``python -m bench.real_call``.

One private Asterisk with the rendered configuration serves both, in turn, with the channel ledger on. CPU is
user and system time from /proc of Asterisk and, for Hotline's calls, of ``hotline agi``, which runs the real
flow engine, journals the facts and stores them. Latency is the silence between two prompts after a key, and the
wait for the answer. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.call_site import DIALPLAN_NUMBER, HOTLINE_NUMBER, MeasuredHotline, dialplan
from bench.callers import call, listening
from callcenter.settings import Settings
from lab.asterisk_root import ensure
from lab.commands import start
from lab.home import temporary_home
from lab.instance import AsteriskInstance
from lab.processes import cpu_seconds
from schema.upgrade import upgrade

ROOT = Path(__file__).parents[1]
PORTS = {"sip_port": 36060, "ami_port": 36038, "agi_port": 36073, "http_port": 36088}
SETTLE_SECONDS = 1.0
"""For the last facts to reach the database."""

Figures = dict[str, float]


@contextmanager
def running() -> Iterator[tuple[AsteriskInstance, subprocess.Popen[bytes], MeasuredHotline]]:
    """Asterisk and ``hotline agi`` with the measured site, in folders that go away afterwards."""
    with temporary_home() as home, ExitStack() as ends:
        app = MeasuredHotline(Settings(home=home, rtp_first=56000, rtp_last=58000, **PORTS))
        upgrade(app.engine())
        asterisk = AsteriskInstance(ensure(print), app.settings.etc.parent)
        asterisk.prepare()
        operator = app.settings.etc / "operator.d"
        operator.mkdir(exist_ok=True)
        (operator / "extensions-bench.conf").write_text(dialplan(app.settings.prompts))
        start(app, asterisk)
        ends.callback(asterisk.stop)
        agi = ends.enter_context(hotline("agi", app.settings))
        yield asterisk, agi, app


@contextmanager
def hotline(command: str, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """One of Hotline's processes."""
    names = {"home": settings.home, "rtp_first": settings.rtp_first, "rtp_last": settings.rtp_last, **PORTS}
    environment = {f"HOTLINE_{name.upper()}": str(value) for name, value in names.items()}
    with (settings.home / f"{command}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", "import cli; cli.main()", command],
            cwd=ROOT,
            env=os.environ | environment,
            stderr=log,
            stdout=log,
        )
    try:
        time.sleep(2)
        yield process
    finally:
        process.terminate()
        process.wait()


def measure(
    number: str, processes: Sequence[int], sip_port: int, calls: int, rate: float, key_ms: int, sending: bool
) -> Figures:
    """CPU of ``processes`` a call, and latencies, of calls to ``number``."""
    with listening(MeasuredHotline.trunk_address, sending=sending) as (sound_port, heard):
        before = [cpu_seconds(pid) for pid in processes]
        waits, failed = call(
            number,
            toward=f"127.0.0.1:{sip_port}",
            at=MeasuredHotline.trunk_address,
            sound_port=sound_port,
            calls=calls,
            rate=rate,
            key_ms=key_ms,
        )
        time.sleep(SETTLE_SECONDS)
        used = [cpu_seconds(pid) - begun for pid, begun in zip(processes, before, strict=True)]
    return {
        "failed": failed,
        "asterisk_ms": used[0] / calls * 1000,
        "agi_ms": sum(used[1:]) / calls * 1000,
        "cpu_ms": sum(used) / calls * 1000,
        "answer_p50_ms": quantile(waits, 50),
        "answer_p99_ms": quantile(waits, 99),
        "next_prompt_p50_ms": quantile(heard.gaps, 50),
        "next_prompt_p99_ms": quantile(heard.gaps, 99),
    }


def quantile(seconds: Sequence[float], percent: int) -> float:
    """A percentile, in milliseconds."""
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1000


def medians(rounds: Sequence[Figures]) -> Figures:
    """Of each figure over the rounds."""
    return {name: round(statistics.median(each[name] for each in rounds), 3) for name in rounds[0]}


def compare(rounds: int, calls: int, rate: float, key_ms: int, sending: bool) -> dict[str, object]:
    """Dialplan and Hotline in turn; medians, and the median of the rounds' ratios."""
    found: dict[str, list[Figures]] = {"dialplan": [], "hotline": []}
    with running() as (asterisk, agi, app):
        assert asterisk.pid  # noqa: S101
        pids = {"dialplan": [asterisk.pid], "hotline": [asterisk.pid, agi.pid]}
        numbers = {"dialplan": DIALPLAN_NUMBER, "hotline": HOTLINE_NUMBER}
        for turn in range(rounds + 1):
            for name, number in numbers.items():
                several = calls if turn else 20
                used = measure(number, pids[name], app.settings.sip_port, several, rate, key_ms, sending)
                if turn:
                    found[name].append(used)
        asterisk.wait_idle()
    pairs = zip(found["hotline"], found["dialplan"], strict=True)
    ratios = [mine["cpu_ms"] / theirs["cpu_ms"] for mine, theirs in pairs]
    return {
        "calls": calls,
        "rate": rate,
        "key_ms": key_ms,
        "sending": sending,
        "rounds": rounds,
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        **{name: medians(each) for name, each in found.items()},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--rate", type=float, default=30.0)
    parser.add_argument("--key-ms", type=int, default=3000, help="from the answer to a key, and to the next")
    parser.add_argument("--sending", action="store_true", help="the callers' lines send sound too")
    print(json.dumps(compare(**vars(parser.parse_args())), indent=2))


if __name__ == "__main__":
    main()
