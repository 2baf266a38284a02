"""What configurations cost, at the sample's size and at 10,000 seats: ``python -m bench.config``.

A private Asterisk in a network of its own, the database, the rendering and the throw-away check are the real
ones. ``render_plan``: the site is read from the database, checked, rendered and held against what is live.
``queue``, ``seat``: one thing is changed and applied, from the site's reading to the end of the read-back, with
SIP calls up; afterwards those calls are counted. ``seat`` changes a title, which Asterisk reads with the endpoints
alone; ``password`` changes a seat's secret, which takes a whole reload of SIP. ``reload`` is the time of
``module reload res_pjsip.so`` alone. Prints JSON, or a Markdown table with ``--markdown``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from callcenter.settings import Settings
from callcenter.site import Site
from callcenter.site.edge import Did, Seat
from callcenter.site.service import Queue
from callcenter.site_file import store as site_store
from callcenter.site_file.document import load
from cli import Hotline
from lab.asterisk_root import ensure
from lab.home import temporary_home
from lab.instance import AsteriskInstance
from schema.upgrade import upgrade

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "samples/telecom_zh_en.yaml"
HELD_CALL = Path(__file__).parent / "held_call.xml"
CALLS = 20
RELOADS = 5
ANSWER_SECONDS = 10.0
WAITING = "[hotline_in]\nexten => 700,1,Answer()\n same => n,MusicOnHold()\n"
PORTS = {"sip_port": 33060, "ami_port": 33038, "agi_port": 33073, "http_port": 33088}

Figures = dict[str, float | int | list[str]]


def grown(sample: Site, seats: int, queues: int, dids: int) -> Site:
    """The sample with this many more of each."""
    flow = sample.flows[0].name
    more_seats = [Seat(name=f"seat_{n}", number=str(10000 + n), title=f"座位 {n}") for n in range(seats)]
    more_queues = [Queue(name=f"queue_{n}", title=f"队列 {n}") for n in range(queues)]
    more_dids = [Did(number=f"9558{n:04}", title=f"号码 {n}", flow=flow) for n in range(dids)]
    parts = {
        "seats": [*sample.seats, *more_seats],
        "queues": [*sample.queues, *more_queues],
        "dids": [*sample.dids, *more_dids],
    }
    return sample.model_copy(update=parts)


@dataclass
class Installation:
    """Hotline and its Asterisk, with one site live."""

    app: Hotline
    asterisk: AsteriskInstance
    site: Site

    def save(self, site: Site) -> None:
        """Put a site into the database."""
        with self.app.sessions().begin() as session:
            site_store.save(session, site, "bench", self.app.clock)
        self.site = site

    def render_plan(self) -> Figures:
        """The site against what is live: nothing differs."""
        began = time.perf_counter()
        files = self.app.rendered()
        rendered = time.perf_counter()
        plan = self.app.applier().plan(files)
        assert plan.empty  # noqa: S101
        planned = time.perf_counter()
        return {"seconds": planned - began, "render": rendered - began, "files": len(files)}

    def change(self, part: str, field: str, value: object) -> Figures:
        """Change the first queue or seat and apply it with calls up."""
        first, *others = getattr(self.site, part)
        self.save(self.site.model_copy(update={part: [first.model_copy(update={field: value}), *others]}))
        return self._applied()

    def password(self) -> Figures:
        """Give the first seat another password and apply it with calls up."""
        self.app.secrets.set(f"seat/{self.site.seats[0].name}", "bench-" + "0" * 30)
        return self._applied()

    def _applied(self) -> Figures:
        with self.calls() as up:
            began = time.perf_counter()
            done = self.app.applier().apply(self.app.rendered())
            seconds = time.perf_counter() - began
            return {"seconds": seconds, "reloaded": done.reloaded, "calls": CALLS, "dropped": CALLS - up()}

    def reload(self) -> Figures:
        """Asterisk's own part of a changed seat: the best of some, and what it costs in CPU."""
        spent = self.asterisk.cpu_seconds()
        times = [self._reload() for _ in range(RELOADS)]
        return {"seconds": min(times), "cpu_seconds": (self.asterisk.cpu_seconds() - spent) / RELOADS}

    def _reload(self) -> float:
        began = time.perf_counter()
        self.asterisk.rx("module reload res_pjsip.so", 60.0)
        return time.perf_counter() - began

    @contextmanager
    def calls(self) -> Iterator[Callable[[], int]]:
        """SIP calls that hear music until the block ends; gives how many are up."""
        words = ["nsenter", f"--net=/proc/{self.asterisk.pid}/ns/net", "sipp", "127.0.0.1:33060"]
        options = ["-sf", str(HELD_CALL), "-s", "700", "-i", "127.0.0.2", "-p", "33061", "-nostdin"]
        many = ["-m", str(CALLS), "-l", str(CALLS), "-r", "50", "-timeout", "300s"]
        sipp = subprocess.Popen([*words, *options, *many], stdout=subprocess.DEVNULL, cwd=self.asterisk.home)
        try:
            until = time.monotonic() + ANSWER_SECONDS
            while len(self.asterisk.channels()) < CALLS and time.monotonic() < until:
                time.sleep(0.02)
            yield lambda: len(self.asterisk.channels())
        finally:
            sipp.kill()
            sipp.wait()
            self.asterisk.rx("channel request hangup all")
            self.asterisk.wait_idle()


@contextmanager
def installation(site: Site) -> Iterator[Installation]:
    """A site live in a fresh Asterisk; everything goes away afterwards."""
    with temporary_home() as home:
        app = Hotline(Settings(home=home, rtp_first=53000, rtp_last=53998, **PORTS))
        upgrade(app.engine())
        program = ensure(print)
        asterisk = AsteriskInstance(program, app.settings.etc.parent, isolated=True)
        there = Installation(app, asterisk, site)
        there.save(site)
        asterisk.prepare()
        (asterisk.etc / "operator.d").mkdir()
        (asterisk.etc / "operator.d/extensions-bench.conf").write_text(WAITING)
        app.applier().apply(app.rendered())
        asterisk.start()
        try:
            yield there
        finally:
            asterisk.stop()
            app.engine().dispose()


def measure(site: Site) -> dict[str, Figures]:
    """All figures of one site."""
    with installation(site) as there:
        return {
            "render_plan": there.render_plan(),
            "queue": there.change("queues", "max_waiting", 77),
            "seat": there.change("seats", "title", "Another title"),
            "password": there.password(),
            "reload": there.reload(),
        }


def table(found: dict[str, dict[str, Figures]]) -> str:
    """The figures as a Markdown table."""
    lines = ["| site | what | seconds | reloaded | calls dropped |", "| --- | --- | ---: | --- | ---: |"]
    for size, figures in found.items():
        for what, figure in figures.items():
            reloaded = figure.get("reloaded", [])
            names = ", ".join(reloaded) if isinstance(reloaded, list) else ""
            dropped = f"{figure['dropped']} of {figure['calls']}" if "calls" in figure else ""
            lines.append(f"| {size} | {what} | {figure['seconds']:.2f} | {names} | {dropped} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seats", type=int, default=10_000)
    parser.add_argument("--queues", type=int, default=500)
    parser.add_argument("--dids", type=int, default=2_000)
    parser.add_argument("--markdown", action="store_true", help="a table instead of JSON")
    wanted = parser.parse_args()
    sample = load(SAMPLE)
    large = grown(sample, wanted.seats, wanted.queues, wanted.dids)
    found = {"sample": measure(sample), f"{wanted.seats} seats": measure(large)}
    print(table(found) if wanted.markdown else json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
