"""A call centre under load: a hotline with menu, queue, recording and survey, and the same by hand as dialplan.

Hotline is at work as in production: Asterisk, FastAGI, listener, worker, database. The dialplan has an Asterisk of its
own with nothing of Hotline at work: the same trunk, phones, ledger, prompts, keys and recording, a queue whose members
are the phones, the survey as one Read.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.call_site import ALWAYS
from bench.past import past_calls
from callcenter.prompt_index import PromptIndex
from callcenter.settings import Settings
from callcenter.site import Site
from cli import Hotline
from lab.asterisk_root import ensure
from lab.instance import AsteriskInstance
from lab.loadtest.watch import descendants
from lab.processes import cpu_seconds
from lab.progress import Progress
from lab.ready import live, make_prompts, save, set_up_database
from lab.running import at_work
from lab.sipp_run import Address

TRUNK = Address("127.0.0.36")
FIRST_PHONES, PHONE_PORT = 37, 37070
HOTLINE, BY_HAND = "4009005001", "4009005002"
NUMBERS = {"dialplan": BY_HAND, "hotline": HOTLINE}
QUEUES = {"dialplan": "by_hand", "hotline": "line"}
TRIES = 9
"""So often is the menu heard by who presses nothing."""
AGENT_KEY, GOODBYE_KEY, SCORE = "1", "3", "2"
SEATS_FROM = 50_000
"""What is added to an agent's number for that of the phone."""
PROCESSES = ("asterisk", "agi", "ami", "worker")
PORTS = {
    "sip_port": 37060,
    "ami_port": 37038,
    "agi_port": 37073,
    "http_port": 37088,
    "rtp_first": 40000,
    "rtp_last": 43999,
}
"""Of the house in place 0. Those of the next lie ``APART`` above, and ``SOUND`` of them are for sound."""
APART, SOUND = 100, 4000
TEXTS = {
    "welcome": "您好，欢迎致电，我们随时为您服务",
    "main": "查询业务请按一，结束请按三",
    "goodbye": "再见",
    "question": "请您评价：满意请按二",
    "thanks": "谢谢",
    "wrong": "按键有误",
}
STEPS = {
    "hours": {"kind": "branch", "on": "calendar", "calendar": "office", "cases": {"open": "welcome"}},
    "welcome": {"kind": "play", "prompts": ["welcome"], "interruptible": True, "next": "main"},
    "main": {"kind": "menu", "prompts": ["main"], "keys": {AGENT_KEY: "wait", GOODBYE_KEY: "bye"}},
    "wait": {"kind": "queue", "queue": QUEUES["hotline"], "timeout": "bye", "full": "bye", "nobody": "bye"},
    "bye": {"kind": "hangup", "prompts": ["goodbye"]},
}
STEPS["hours"]["otherwise"] = "bye"
STEPS["main"]["no_input"] = {"times": TRIES}


def agents(count: int) -> dict[str, str]:
    """Agent's number: seat."""
    return {str(number): f"b{number}" for number in range(10_001, 10_001 + count)}


def site(serving: int, seats: int = 0) -> Site:
    """So many agents who serve; at least so many seats in all."""
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ALWAYS)
    names = list(agents(max(serving, seats)).values())
    seated = agents(serving)
    found: dict[str, Any] = {
        "name": "bench",
        "title": "Bench",
        "timezone": "Asia/Shanghai",
        "languages": ["zh"],
        "trunks": [
            {
                "name": "e1",
                "title": "E1",
                "connection": {"by": "address", "hosts": [TRUNK.ip]},
                "dtmf": "info",
                "channels": 1000,
                "fallback_flow": "main",
            }
        ],
        "dids": [{"number": HOTLINE, "title": "Measured", "flow": "main"}],
        "calendars": [{"name": "office", "title": "Office", "timezone": "Asia/Shanghai", "week": week}],
        "prompts": [{"name": name, "text": {"zh": text}} for name, text in TEXTS.items()],
        "flows": [
            {"name": "main", "title": "Main", "language": "zh", "start": "hours", "operator": "bye"}
            | {"steps": STEPS}
        ],
        "queues": [
            {
                "name": QUEUES["hotline"],
                "title": "Line",
                "members": [{"agent": number} for number in seated],
                "announce_agent": False,
                "survey": "satisfaction",
            }
        ],
        "surveys": [
            {"name": "satisfaction", "question": "question", "thanks": "thanks", "wrong_key": "wrong"}
        ],
        "agents": [{"number": number, "title": number, "languages": ["zh"]} for number in seated],
        "seats": [{"name": name, "number": str(SEATS_FROM + int(name[1:])), "title": name} for name in names],
    }
    return Site.model_validate(found)


def dialplan(prompts: PromptIndex, recordings: Path) -> str:
    """The same call as an experienced hand writes it."""
    heard = {name: prompts.find(name, "zh").path for name in TEXTS}
    return f"""[hotline_in]
exten => {BY_HAND},1,Goto(by_hand,start,1)

[by_hand]
exten => start,1,GotoIfTime(00:00-23:59,mon-sun,*,*?open)
 same => n,Goto(end,1)
 same => n(open),Answer()
 same => n,Goto(main,1)
exten => main,1,Read(KEY,{heard["welcome"]}&{heard["main"]},1,,1,5)
 same => n,Goto(main_${{KEY}},1)
exten => main_{AGENT_KEY},1,MixMonitor({recordings}/${{UNIQUEID}}.sln,bD)
 same => n,Queue(by_hand,c)
 same => n,StopMixMonitor()
 same => n,Read(SCORE,{heard["question"]},1,,2,5)
 same => n,CELGenUserEvent(BY_HAND_SCORE,${{SCORE}})
 same => n,Playback({heard["thanks"]})
 same => n,Hangup()
exten => main_{GOODBYE_KEY},1,Goto(end,1)
exten => main_,1,Read(KEY,{heard["main"]},1,,{TRIES},5)
 same => n,Goto(main_${{KEY}},1)
exten => i,1,Goto(main,1)
exten => end,1,Playback({heard["goodbye"]})
 same => n,Hangup()
"""


def queue_by_hand(seats: Collection[str]) -> str:
    """Its members are the phones themselves."""
    head = ["[by_hand]", "strategy = rrmemory", "timeout = 20", "retry = 2", "ringinuse = no"]
    return "\n".join([*head, "musicclass = default", *(f"member => PJSIP/{seat}" for seat in seats), ""])


@dataclass(frozen=True)
class Center:
    """One that is up. ``side``: whose calls it takes; ``place`` tells it from others that are up."""

    side: str
    place: int
    app: Hotline
    asterisk: AsteriskInstance
    seated: dict[str, str]
    by_hand: Path
    """Where the dialplan's recordings lie."""

    @property
    def sip(self) -> Address:
        """Where it takes calls."""
        return Address(self.app.settings.sip_host, self.app.settings.sip_port)

    @property
    def phones(self) -> Address:
        """Where its agents' phones are."""
        return Address(f"127.0.0.{FIRST_PHONES + self.place}", PHONE_PORT)

    def cpu(self) -> dict[str, float]:
        """CPU seconds of each kind of process so far; FastAGI's with that of its watch."""
        mine = f"HOTLINE_HOME={self.app.settings.folder}\0".encode()
        running = descendants(os.getpid())
        used = {"asterisk": cpu_seconds(self.asterisk.pid or 0)}
        for name in PROCESSES[1:]:
            own = [pid for pid in running.get(name, ()) if mine in _environment(pid)]
            used[name] = sum(map(cpu_seconds, own))
        return used


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def house_settings(home: Path, place: int, **more: Any) -> Settings:
    """Of the house in this place."""
    apart = {name: SOUND if name.startswith("rtp") else APART for name in PORTS}
    ports = {name: port + place * apart[name] for name, port in PORTS.items()}
    return Settings(home=home / f"house{place}", system_name="bench", **ports, **more)


def prepared(home: Path, place: int, built: Site, **more: Any) -> tuple[Hotline, AsteriskInstance]:
    """Database, site and prompts; several houses share the prompts of one home."""
    progress = Progress(sys.stderr)
    app = Hotline(house_settings(home, place, **more))
    app.settings.folder.mkdir()
    set_up_database(app, progress)
    save(app, built)
    for made in set(home.glob("*/prompts")) - {app.settings.prompts}:
        shutil.copytree(made, app.settings.prompts, dirs_exist_ok=True)
    make_prompts(app, progress)
    asterisk = AsteriskInstance(ensure(sys.stderr.write), app.settings.etc.parent, name="bench")
    asterisk.prepare()
    return app, asterisk


@contextmanager
def center(
    home: Path, side: str, serving: int, *, place: int = 0, seats: int = 0, past: int = 0
) -> Iterator[Center]:
    """Up, with nobody logged in yet and so many past calls, while the block lasts."""
    progress = Progress(sys.stderr)
    app, asterisk = prepared(home, place, site(serving, seats))
    if past:
        past_calls(app.engine(), past)
    by_hand = app.settings.spool / "by_hand"
    by_hand.mkdir()
    asterisk.account.own_one(by_hand)
    if side == "dialplan":
        operator = app.settings.etc / "operator.d"
        operator.mkdir(exist_ok=True)
        (operator / "extensions-bench.conf").write_text(dialplan(app.build_prompts().index, by_hand))
        (operator / "queues-bench.conf").write_text(queue_by_hand(agents(serving).values()))
    with ExitStack() as stack:
        stack.enter_context(live(app, asterisk, progress))
        if side == "hotline":
            stack.enter_context(at_work(app, progress.line))
        yield Center(side, place, app, asterisk, agents(serving), by_hand)
