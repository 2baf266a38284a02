"""FastAGI servers under the same load: Hotline's, pyst2 with a thread a call, panoramisk's, and the least possible.

Run as ``python -m bench.fastagi [ROUNDS]``. Peers run in turn within each round, each pinned to one
core, the load tool on the others; figures are medians, and the best of all bursts. Prints JSON.
A session is eight commands. CPU is user and system time of the server's process from /proc.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
PEERS = {
    "Hotline": "hotline.py",
    "pyst2, a thread a call": "pyst2_threads.py",
    "panoramisk": "panoramisk_server.py",
    "bare bridge: pyst2 on greenlets": "bridge.py",
    "floor: fixed lines on uvloop": "floor.py",
}
TOKEN = "bench"  # noqa: S105  # opens nothing but the server of this run
PORT = 36900
FULL = ("50", "3000", "0", "ivr", TOKEN, "60", "0")
"""As fast as the server can, 50 calls at once: CPU a session and sessions a second."""
BURSTS = 4
"""So many times in each round: other work on the machine comes and goes."""
CALM = ("50", "1000", "100", "ivr", TOKEN, "60", "500")
"""Callers who take 0.1 s to press a key, about 240 sessions a second: the latency a caller could notice."""
HELD = 1000
HOLD = (str(HELD), str(HELD), "6000", "hold", TOKEN, "30", "1500")
"""A thousand calls that wait at the same time: memory."""

Figures = dict[str, float]


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with tempfile.TemporaryDirectory() as folder:
        tool = Path(folder) / "agiload"
        subprocess.run(["gcc", "-O2", "-o", tool, HERE / "agiload.c"], check=True)
        measured: dict[str, list[Figures]] = {name: [] for name in PEERS}
        for _ in range(rounds):
            for name, file in PEERS.items():
                measured[name].append(measure(tool, HERE / "agi_peers" / file))
    print(json.dumps({name: summary(results) for name, results in measured.items()}, indent=2))


def summary(results: list[Figures]) -> Figures:
    """Medians, and the best burst: the one least disturbed by other work on the machine."""
    medians = {key: statistics.median(each[key] for each in results) for key in results[0]}
    return medians | {
        "least_cpu_us": min(each["least_cpu_us"] for each in results),
        "most_sessions_s": max(each["most_sessions_s"] for each in results),
    }


def measure(tool: Path, server: Path) -> Figures:
    """One peer, once: full load, calm load, held calls."""
    core, *others = sorted(os.sched_getaffinity(0))
    process = subprocess.Popen(
        ["taskset", "-c", str(core), sys.executable, server, str(PORT)],
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_listening()
        load = ["taskset", "-c", ",".join(map(str, others or [core])), str(tool), str(PORT)]
        run(load, CALM)
        bursts = [burst(process.pid, load) for _ in range(BURSTS)]
        calm = run(load, CALM)
        return {
            "cpu_us_a_session": statistics.median(each["cpu_us"] for each in bursts),
            "least_cpu_us": min(each["cpu_us"] for each in bursts),
            "sessions_s": statistics.median(each["sessions_s"] for each in bursts),
            "most_sessions_s": max(each["sessions_s"] for each in bursts),
            "turn_p50_ms": calm["turn_p50_ms"],
            "turn_p99_ms": calm["turn_p99_ms"],
            "kib_a_held_call": held_kib(process.pid, load),
            "failed": sum(each["failed"] + each["unfinished"] for each in (*bursts, calm)),
        }
    finally:
        process.kill()
        process.wait()


def burst(pid: int, load: list[str]) -> Figures:
    """Once under full load: what the load tool reports, and the server's CPU a session."""
    before = cpu_seconds(pid)
    full = run(load, FULL)
    return full | {"cpu_us": (cpu_seconds(pid) - before) / full["good"] * 1e6}


def run(load: list[str], arguments: tuple[str, ...]) -> Figures:
    """What the load tool reports."""
    done = subprocess.run([*load, *arguments], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def held_kib(pid: int, load: list[str]) -> float:
    """Memory of one waiting call: what a thousand add to the process, in KiB."""
    before = memory_kib(pid)
    with subprocess.Popen([*load, *HOLD], stdout=subprocess.DEVNULL) as holding:
        time.sleep(4)  # all have come after 1.5 s, none leaves before 6 s
        added = memory_kib(pid) - before
        holding.wait()
    return added / HELD


def wait_until_listening() -> None:
    """Until the server takes connections. Raises OSError when it does not within ten seconds."""
    deadline = time.monotonic() + 10
    while True:
        try:
            with socket.create_connection(("127.0.0.1", PORT)) as probe:
                # panoramisk's loop hangs for ever on a client that says nothing and goes
                probe.sendall(b"agi_network_script: none\n\n")
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kib(pid: int) -> float:
    """Proportional set size."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
