"""How fast AMI events pass the filter, and whether a storm loses any: ``python -m bench.ami_storm``.

Prints JSON. ``filter``: events of a real queue call (the transcript's own bytes, a seventh of them wanted) in
reads of 64 KiB; CPU by ``time.process_time``, in short rounds, for other work on the machine comes and goes.
``panoramisk``: the same bytes through its own protocol, once. ``link``: through a loopback socket, the sender
in a process of its own. ``storm``: 60,000 events spread over 2 s; every wanted one must arrive, in order.
``rss_growth_kib``: the highest memory reached above what was held before the first.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import multiprocessing
import socket
import time
from pathlib import Path

import uvloop
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

from ami.link import Link
from ami.protocol import AmiStream, Message

TRANSCRIPT = Path(__file__).parents[1] / "tests/transcripts/queue_calls.ami"
WANTED_SHARE = 0.135
"""Of all events of an IVR, queue and recording call, those of the kinds the listener wants (106 a call)."""

END = b"\r\n\r\n"
ROUNDS = 25
LAST = b"Event: Shutdown\r\nPrivilege: system,all\r\n\r\n"


def mix(count: int) -> tuple[list[bytes], set[str]]:
    """``count`` real events, WANTED_SHARE of them wanted, numbered by a last header; and the wanted kinds."""
    raws = [
        raw
        for raw in TRANSCRIPT.read_bytes().split(END)
        if raw.startswith(b"Event: ") and b"ActionID" not in raw
    ]
    noise = [
        raw for raw in raws if raw.startswith((b"Event: VarSet", b"Event: Newexten", b"Event: DeviceState"))
    ]
    signal = [raw for raw in raws if raw not in noise and not raw.startswith(b"Event: TestEvent")]
    events, wanted_so_far = [], 0
    for number in range(count):
        is_wanted = wanted_so_far < (number + 1) * WANTED_SHARE
        pool = signal if is_wanted else noise
        events.append(pool[number % len(pool)] + b"\r\nNumber: %d" % number + END)
        wanted_so_far += is_wanted
    return events, {raw[7:].split(b"\r\n")[0].decode() for raw in signal}


def filter_rate(count: int) -> dict[str, float]:
    """Events a second of CPU past the filter, wanted ones parsed."""
    events, wanted = mix(count)
    data = b"".join(events)
    reads = [data[start : start + 65536] for start in range(0, len(data), 65536)]
    rounds = [one_round(reads, wanted) for _ in range(ROUNDS)]
    rates = sorted(round(count / seconds) for seconds, _ in rounds)
    sizes = {"events": count, "wanted": rounds[0][1], "bytes_an_event": len(data) // count}
    return {**sizes, "events_per_cpu_second": rates[-1], "median": rates[ROUNDS // 2], "worst": rates[0]}


def one_round(reads: list[bytes], wanted: set[str]) -> tuple[float, int]:
    """CPU seconds and wanted events of one pass."""
    stream = AmiStream(wanted)
    began = time.process_time()
    passed = sum(1 for read in reads for _ in stream.feed(read))
    return time.process_time() - began, passed


def panoramisk_rate(count: int) -> dict[str, float]:
    """Events a second of CPU through panoramisk's protocol, with a callback for each wanted kind."""
    events, wanted = mix(count)
    passed: list[str] = []
    manager, protocol = Manager(), AMIProtocol()
    for name in wanted:
        manager.register_event(name, lambda _, event: passed.append(event.event))
    protocol.connection_made(None)
    protocol.factory, protocol.encoding = manager, "utf8"
    data = b"".join(events)
    began = time.process_time()
    for start in range(0, len(data), 65536):
        protocol.data_received(data[start : start + 65536])
    seconds = time.process_time() - began
    return {"events": count, "wanted": len(passed), "events_per_cpu_second": round(count / seconds)}


def send(sock: socket.socket, count: int, seconds: float) -> None:
    """Write the events evenly over so many seconds (0: as fast as they are taken), then the last one."""
    events, _ = mix(count)
    began, step = time.monotonic(), max(count // 200, 1)
    for start in range(0, count, step):
        sock.sendall(b"".join(events[start : start + step]))
        ahead = began + seconds * start / count - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
    sock.sendall(LAST)
    sock.close()


async def receive(port: int, wanted: set[str]) -> dict[str, float]:
    """Take events with the real link until the last one; what came, in what order, at which cost."""
    numbers: list[int] = []
    finished = asyncio.Event()

    def on_event(message: Message) -> None:
        if message.event == "Shutdown":
            finished.set()
        else:
            numbers.append(int(message["Number"]))

    loop = asyncio.get_running_loop()
    before, cpu, began = forget_peak(), time.process_time(), time.monotonic()
    await loop.create_connection(lambda: Link({*wanted, "Shutdown"}, on_event), "127.0.0.1", port)
    await finished.wait()
    result = {"wanted": len(numbers), "in_order": numbers == sorted(set(numbers))}
    result |= {
        "cpu_seconds": round(time.process_time() - cpu, 3),
        "wall_seconds": round(time.monotonic() - began, 2),
    }
    return result | {"rss_growth_kib": peak() - before}


def storm(count: int, seconds: float) -> dict[str, float]:
    """The events through a loopback socket into a Link on uvloop; ``lost`` wanted ones never came."""
    events, wanted = mix(count)
    expected = sum(1 for event in events if event[7 : event.index(b"\r\n")].decode() in wanted)
    with socket.create_server(("127.0.0.1", 0)) as server:
        sender = multiprocessing.Process(target=accept_and_send, args=(server, count, seconds))
        sender.start()
        result = uvloop.run(receive(server.getsockname()[1], wanted))
        sender.join()
    rate = round(count / result["cpu_seconds"])
    return {"events": count, "lost": expected - result["wanted"], "events_per_cpu_second": rate, **result}


def accept_and_send(server: socket.socket, count: int, seconds: float) -> None:
    sock, _ = server.accept()
    send(sock, count, seconds)


def forget_peak() -> int:
    """Begin to measure this process's highest memory from now; KiB held now."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def peak() -> int:
    """The most memory held since ``forget_peak``, KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000, help="events of the rate measurements")
    options = parser.parse_args()
    report = {"at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}
    report |= {
        "storm": storm(60_000, 2.0),
        "link": storm(options.events, 0.0),
        "filter": filter_rate(options.events // 5),
    }
    report["panoramisk"] = panoramisk_rate(options.events // 10)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
